import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAuditLog } from '../../../plugins/security/audit/audit-log.ts';
import { registerKeyCommands } from '../../../plugins/security/commands/key.ts';
import { revokeAllCommand } from '../../../plugins/security/commands/key-revoke-all.ts';
import { revokeAllKeys } from '../../../plugins/security/keys/revoke-all.ts';
import { always, equals, type Runtime, type Store } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { runInProcess } from '../../support/command-in-process.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { eventually, type House, openHouse } from './house.ts';

const phrase = 'revoke all keys';

describeOnStores('emergency revocation', open => {
  let store: TestStore;
  let house: House;

  beforeEach(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
    const sara = await house.user('sara');
    await house.runtime.system('test').of('base.user').write([sara], { email: 'sara@example.com' });
    await house.user('mona', ['security.manager']);
    await house.user('root', ['security.admin']);
  });
  afterEach(async () => {
    await house?.stop();
    await store?.drop();
  });

  async function command(line: readonly string[]): Promise<unknown> {
    const { runtime } = house;
    const audit = createAuditLog({ runtime });
    const register = [registerKeyCommands, revokeAllCommand(() => audit)];
    try {
      return (await runInProcess({ runtime, register, line: ['key', 'revoke-all', ...line] })).json;
    } finally {
      await audit.close();
    }
  }
  const active = () => house.runtime.store.count({ model: 'security.api-key', where: equals('revoked_at', null) });
  const entries = () =>
    house.runtime.store.find({ model: 'security.audit-entry', where: equals('method', 'keys/revoke-all') });
  const rows = (model: string) => house.runtime.store.find({ model, where: always });

  test.each([
    [['--confirm', phrase]],
    [['--reason', '  ', '--confirm', phrase]],
    [['--reason', 'leak']],
    [['--reason', 'leak', '--confirm', 'yes']],
    [['--reason', 'leak', '--confirm', 'Revoke all keys']],
    [['--reason', 'leak', '--confirm', phrase, '--user', 'mona']],
    [['--reason', 'leak', '--confirm', phrase, '--user', 'nobody']],
  ])(`${verifies('REV-1')} nothing is revoked by %j`, async line => {
    const { key } = await house.key({});
    await expect(command(line)).rejects.toMatchObject({
      code: expect.stringMatching(/REVOKE_ALL_REFUSED|USER_NOT_FOUND/),
    });
    expect((await house.call({ key })).code).toBeUndefined();
    expect(await entries()).toHaveLength(0);
    expect((await rows('gatehouse.mail')).length).toBe(0);
  });

  test(`${verifies('REV-1')} all active keys end at once, on every instance within a second; one entry, mails, the hook`, async () => {
    const other = await openHouse({ location: store.location, clock: house.clock });
    const keys = [await house.key({}), await house.key({}), await house.key({ user: 'mona' })];
    const before = await house.key({});
    await house.command(['key', 'revoke', before.prefix, '--reason', 'lost']);
    for (const { key } of keys) expect((await other.call({ key })).code).toBeUndefined();
    expect(await command(['--reason', 'laptop stolen', '--confirm', phrase, '--user', 'root'])).toEqual({
      count: 3,
      mailed: 1,
      unreachable: 1,
    });
    for (const { key } of keys) {
      expect((await house.call({ key })).code).toBe('UNAUTHENTICATED');
      await eventually(async () => (await other.call({ key })).code === 'UNAUTHENTICATED');
    }
    expect(await entries()).toMatchObject([{ user_login: 'root', reason: '3 keys revoked: laptop stolen' }]);
    const mails = (await rows('gatehouse.mail')).filter(({ recipient }) => recipient === 'sara@example.com');
    expect(mails).toHaveLength(1);
    const content = mails[0]?.content as { text: string; html: string } | undefined;
    for (const part of [content?.text, content?.html]) {
      expect(part).toContain('laptop stolen');
      expect(part).toContain(keys[0]?.prefix);
      expect(part).toContain(keys[1]?.prefix);
      expect(part).not.toContain(keys[2]?.prefix);
      expect(part).not.toContain(before.prefix);
    }
    expect(await house.runtime.store.find({ model: 'security.api-key', where: equals('id', before.id) })).toMatchObject(
      [{ revoked_reason: 'lost' }],
    );
    await other.stop();
  });

  test(`${verifies('REV-1')} without transactions it goes key by key, says what was done, and goes on when run again`, async () => {
    for (let made = 0; made < 5; made += 1) await house.key({});
    let left = 3;
    const failing = new Proxy(house.runtime.store, {
      get(target, name) {
        if (name === 'capabilities') return { transactions: false };
        if (name !== 'write') return Reflect.get(target, name);
        return (...args: Parameters<Store['write']>) => {
          const isKey = args[0][0]?.model === 'security.api-key';
          if (isKey && left === 0) return Promise.reject(new Error('the store is gone'));
          if (isKey) left -= 1;
          return target.write(...args);
        };
      },
    });
    const runtime: Runtime = { ...house.runtime, store: failing };
    const audit = createAuditLog({ runtime: house.runtime });
    const run = () => revokeAllKeys({ runtime, audit, reason: 'leak', confirm: phrase, by: 'command line' });
    await expect(run()).rejects.toMatchObject({
      code: 'REVOKE_ALL_INTERRUPTED',
      message: expect.stringContaining('3 keys'),
    });
    expect(await active()).toBe(2);
    left = Number.POSITIVE_INFINITY;
    expect(await run()).toMatchObject({ count: 2 });
    expect(await active()).toBe(0);
    await audit.close();
    expect((await entries()).map(({ reason }) => reason).toSorted()).toEqual([
      '2 keys revoked: leak',
      '3 keys revoked: leak [interrupted: not all of them]',
    ]);
  });

  test(`${verifies('REV-1', 'ROT-1')} a key that is being rotated meanwhile leaves no successor that works`, async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => house.key({})));
    const rotations = keys.map(({ prefix }) => house.command(['key', 'rotate', prefix]).catch(thrown => thrown));
    await Promise.all([command(['--reason', 'leak', '--confirm', phrase]), ...rotations]);
    for (const { id } of keys) {
      const [row] = await house.runtime.store.find({ model: 'security.api-key', where: equals('id', id) });
      expect(row?.revoked_at).not.toBeNull();
    }
    expect(await active()).toBe(0);
  });
});
