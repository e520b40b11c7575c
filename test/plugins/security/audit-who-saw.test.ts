import { afterAll, beforeAll, expect, test } from 'vitest';
import { equals } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { auditLogs, entryModel } from './audit-logs.ts';
import { type House, openHouse } from './house.ts';

interface Answer {
  readonly complete: boolean;
  readonly gaps: readonly string[];
  readonly seen: readonly { callId: string; user: string }[];
  readonly possible: readonly { callId: string; reasons: readonly string[] }[];
}

describeOnStores('audit who-saw', open => {
  let store: TestStore;
  let house: House;
  let bob: string;
  let ann: string;
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
    for (const [login, groups] of [
      ['sara', ['sales']],
      ['hank', ['sales', 'hr']],
    ] as const) {
      await house.user(login, groups);
      keys[login] = (await house.key({ user: login })).key;
    }
    const partners = house.runtime.system('test').of('x.partner');
    const create = async (name: string) =>
      (await partners.create([{ name, email: `${name.toLowerCase()}@example.com` }]))[0]?.id ?? '';
    [bob, ann] = [await create('Bob'), await create('Ann')];
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  const call = async (user: string, tool: string, args: Readonly<Record<string, unknown>>) => {
    house.clock.now += 1_000;
    const { call: made } = await house.call({ key: keys[user], tool, args });
    return made.id;
  };
  const whoSaw = async (...more: string[]) =>
    (await house.command(['audit', 'who-saw', '--model', 'x.partner', '--json', ...more])) as Answer;

  test(`${verifies('AUD-4')} names every call that read a record, and every one that may have`, async () => {
    const read = await call('hank', 'read', { ids: [bob] });
    const found = await call('sara', 'search', { model: 'x.partner', query: 'bob' });
    const other = await call('hank', 'read', { ids: [ann] });
    const figures = await call('hank', 'aggregate', { model: 'x.partner', groupBy: ['email'], measures: ['count'] });
    const page = await call('hank', 'search', {
      model: 'x.partner',
      domain: [['email', '!=', 'x']],
      order: 'name',
      limit: 1,
    });
    const refused = await call('sara', 'search', { model: 'x.partner', domain: [['email', '=', 'bob@example.com']] });
    const probed = await call('hank', 'search', { model: 'x.partner', domain: [['email', '!=', 'bob@example.com']] });

    const all = await whoSaw('--id', bob);
    expect(all).toMatchObject({ complete: true, gaps: [] });
    expect(all.seen.map(({ callId }) => callId)).toEqual([read, found]);
    expect(all.possible.map(({ callId }) => callId)).toEqual([figures, page]);

    const address = await whoSaw('--id', bob.split('/')[1] ?? '', '--field', 'email');
    expect(address.seen.map(({ callId }) => callId)).toEqual([read]);
    expect(address.possible.map(({ callId }) => callId)).toEqual([figures, page, probed]);
    for (const id of [other, refused]) {
      expect([...all.seen, ...all.possible, ...address.possible].map(({ callId }) => callId)).not.toContain(id);
    }
    house.clock.now += 120_000;
    expect((await whoSaw('--id', bob, '--since', '1m')).seen).toEqual([]);
  });

  test.each([
    ['--model', ['--id', 'f'.repeat(24), '--model', 'x.nothing']],
    ['--id', ['--id', 'bob']],
    ['--id', ['--id', `x.vault/${'f'.repeat(24)}`]],
    ['--field', ['--id', 'f'.repeat(24), '--field', 'salary']],
    ['--since', ['--id', 'f'.repeat(24), '--since', 'yesterday']],
  ])('a wrong %s is named', async (option, line) => {
    await expect(whoSaw(...line)).rejects.toMatchObject({
      code: 'FILTER_INVALID',
      publicMessage: expect.stringContaining(option),
    });
  });

  test('does not pretend to be complete where the log is not whole', async () => {
    const logs = auditLogs(house);
    const [entry] = await logs.entries(equals('sequence', 2));
    if (!entry) throw new Error('no entry');
    await logs.remove(entryModel, entry);
    await expect(whoSaw('--id', bob)).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    await logs.insert(entryModel, entry);
    expect(await whoSaw('--id', bob)).toMatchObject({ complete: true });
  });
});
