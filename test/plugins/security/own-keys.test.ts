import { afterAll, beforeAll, expect, test } from 'vitest';
import { equals } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { type House, openHouse } from './house.ts';

describeOnStores('own keys', open => {
  let store: TestStore;
  let house: House;

  beforeAll(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
    await house.user('sara');
    await house.user('hank');
    await house.user('mona', ['security.manager']);
    await house.user('root', ['security.admin']);
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  const model = 'security.api-key';
  const listed = async (key: string) => {
    const { result } = await house.call({ key, tool: 'search', args: { model, fields: ['prefix'], limit: 100 } });
    const answer = result?.structuredContent as { results: { values: { prefix: string } }[] } | undefined;
    return (answer?.results ?? []).map(({ values }) => values.prefix);
  };
  const stored = async (id: string) => (await house.runtime.store.find({ model, where: equals('id', id) }))[0];
  const revoke = (key: string, which: string) => house.call({ key, tool: 'revoke_key', args: { key: which } });

  test(`${verifies('KEY-8')} a user lists their own keys and nobody else's; a manager lists everyone's`, async () => {
    const mine = [await house.key({ user: 'sara' }), await house.key({ user: 'sara' })];
    const other = await house.key({ user: 'hank' });
    const manager = await house.key({ user: 'mona' });
    const own = await listed(mine[0]?.key ?? '');
    expect(own.toSorted()).toEqual(mine.map(({ prefix }) => prefix).toSorted());
    expect(await listed(manager.key)).toEqual(expect.arrayContaining([...own, other.prefix, manager.prefix]));
    const read = await house.call({
      key: mine[0]?.key,
      tool: 'read',
      args: { ids: [`${model}/${other.id}`], fields: ['name'] },
    });
    expect(read.code).toBe('RECORD_NOT_FOUND');
  });

  test(`${verifies('KEY-8')} a user ends their own key, and it is refused on its next call`, async () => {
    const using = await house.key({ user: 'sara', scopes: ['read', 'write'] });
    const lost = await house.key({ user: 'sara' });
    const answer = await revoke(using.key, lost.prefix);
    expect(answer.result?.structuredContent).toEqual({ prefix: lost.prefix, revoked: true });
    expect((await house.call({ key: lost.key })).code).toBe('UNAUTHENTICATED');
    expect(await stored(lost.id)).toMatchObject({ revoked_reason: 'revoked by its user', updatedBy: 'sara' });
  });

  test(`${verifies('KEY-8')} another's key cannot be ended, and looks like one that does not exist`, async () => {
    const using = await house.key({ user: 'sara', scopes: 'all' });
    const other = await house.key({ user: 'hank' });
    for (const which of [other.prefix, other.id, `${model}/${other.id}`]) {
      expect((await revoke(using.key, which)).code).toBe('RECORD_NOT_FOUND');
    }
    expect((await revoke(using.key, 'nonsense')).code).toBe('RECORD_NOT_FOUND');
    expect(await stored(other.id)).toMatchObject({ revoked_at: null });
    const manager = await house.key({ user: 'mona', scopes: ['read', 'write'] });
    expect((await revoke(manager.key, other.prefix)).code).toBeUndefined();
    expect((await house.call({ key: other.key })).code).toBe('UNAUTHENTICATED');
  });

  test(`${verifies('KEY-8')} a key cannot widen itself: a user writes nothing in a key, makes none, deletes none`, async () => {
    const { id, key, prefix } = await house.key({
      user: 'sara',
      scopes: ['read', 'write', 'create', 'delete'],
      rate: 50,
    });
    const ids = [`${model}/${id}`];
    for (const values of [
      { scopes: ['delete'] },
      { rate: 9_999 },
      { expires_at: null },
      { revoked_at: null },
      { allow: [] },
    ]) {
      const { code } = await house.call({ key, tool: 'write', args: { ids, values } });
      expect(code, JSON.stringify(values)).toBe('FIELD_NOT_AVAILABLE');
    }
    expect((await house.call({ key, tool: 'delete', args: { ids } })).code).toBe('OPERATION_NOT_ALLOWED');
    const made = await house.call({ key, tool: 'create', args: { model, records: [{ name: 'another' }] } });
    expect(made.code).toBeDefined();
    expect(await stored(id)).toMatchObject({ prefix, rate: 50, version: 1 });
  });

  test(`${verifies('KEY-3')} nor can a manager's: the key that calls is not written or deleted, others are`, async () => {
    const { id, key } = await house.key({ user: 'mona', scopes: ['read', 'write'], models: [model], rate: 50 });
    const other = await house.key({ user: 'mona', rate: 50 });
    const write = (which: string, values: object) =>
      house.call({ key, tool: 'write', args: { ids: [`${model}/${which}`], values } });
    for (const values of [
      { models: null },
      { scopes: ['delete'] },
      { rate: 9_999 },
      { expires_at: null },
      { allow: [] },
    ]) {
      expect((await write(id, values)).code, JSON.stringify(values)).toBe('RULE_VIOLATED');
    }
    const both = [`${model}/${other.id}`, `${model}/${id}`];
    expect((await house.call({ key, tool: 'write', args: { ids: both, values: { rate: 70 } } })).code).toBe(
      'RULE_VIOLATED',
    );
    expect((await write(other.id, { rate: 70 })).code).toBeUndefined();
    expect(await stored(id)).toMatchObject({ models: [model], rate: 50, version: 1 });
    expect(await stored(other.id)).toMatchObject({ rate: 70 });
    const root = await house.key({ user: 'root', scopes: 'all' });
    expect((await house.call({ key: root.key, tool: 'delete', args: { ids: [`${model}/${root.id}`] } })).code).toBe(
      'RULE_VIOLATED',
    );
  });

  test(`${verifies('KEY-8')} a key that got into wrong hands can be used to end it, by its user and by a manager`, async () => {
    for (const user of ['sara', 'mona']) {
      const { key, prefix } = await house.key({ user, scopes: ['read', 'write'] });
      expect((await revoke(key, prefix)).code).toBeUndefined();
      expect((await house.call({ key })).code).toBe('UNAUTHENTICATED');
    }
  });

  test(`${verifies('KEY-8', 'KEY-3')} a key without the scope write, or with a list of other models, ends none`, async () => {
    const target = await house.key({ user: 'sara' });
    const reading = await house.key({ user: 'sara', scopes: ['read'] });
    expect((await revoke(reading.key, target.prefix)).code).toBe('INSUFFICIENT_SCOPE');
    const elsewhere = await house.key({ user: 'sara', scopes: 'all', models: ['x.partner'] });
    expect((await revoke(elsewhere.key, target.prefix)).code).toBeDefined();
    expect(await stored(target.id)).toMatchObject({ revoked_at: null });
  });

  test(`${verifies('KEY-8')} the command line does the same by the rights of --user`, async () => {
    const own = await house.key({ user: 'sara' });
    const other = await house.key({ user: 'hank' });
    await expect(house.command(['key', 'revoke', other.prefix, '--user', 'sara', '--json'])).rejects.toMatchObject({
      code: 'RECORD_NOT_FOUND',
    });
    expect(await house.command(['key', 'revoke', own.prefix, '--user', 'sara', '--json'])).toMatchObject({
      revoked: true,
    });
    expect(await house.command(['key', 'revoke', other.prefix, '--user', 'mona', '--json'])).toMatchObject({
      revoked: true,
    });
    await expect(house.command(['key', 'list', '--user', 'nobody'])).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    const keys = (await house.command(['key', 'list', '--user', 'sara', '--json'])) as { user: string }[];
    expect(new Set(keys.map(({ user }) => user))).toEqual(new Set(['sara']));
  });
});
