import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuditLog } from '../../../plugins/security/audit/audit-log.ts';
import { entryHash, genesis } from '../../../plugins/security/audit/chain.ts';
import { equals, kernelErrors, type Row, type Runtime } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { callIn } from './call-in.ts';
import { type House, openHouse } from './house.ts';

describeOnStores('the audit log', open => {
  let store: TestStore;
  let house: House;
  let key: string;

  beforeAll(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
    await house.user('sara');
    key = (await house.key({})).key;
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  const entryOf = async (id: string): Promise<Row | undefined> =>
    (await house.runtime.store.find({ model: 'security.audit-entry', where: equals('call_id', id) }))[0];

  test(`${verifies('AUD-2')} holds the entry of every call when its answer is there, however many come at once`, async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => house.call({ key })));
    for (const { call } of answers) expect(await entryOf(call.id)).toMatchObject({ outcome: 'ok', user_login: 'sara' });
  });

  test(`${verifies('AUD-1')} holds refusals of every stage, each with its reason`, async () => {
    const narrow = await house.key({ models: ['security.session'], allow: ['203.0.113.0/24'] });
    const cases: [string, Parameters<House['call']>[0]][] = [
      ['authenticate', {}],
      ['network', { key: narrow.key, address: '198.51.100.1' }],
      ['scope', { key, tool: 'create', args: { model: 'x.partner', values: { name: 'n' } } }],
      ['model', { key: narrow.key, tool: 'search', args: { model: 'x.partner' } }],
      ['fields', { key, tool: 'search', args: { model: 'x.partner', domain: [['email', '=', 'x']] } }],
    ];
    for (const [stage, input] of cases) {
      const { call, code } = await house.call(input);
      const entry = await entryOf(call.id);
      expect(entry, stage).toMatchObject({ outcome: 'denied', stage, code });
      expect(String(entry?.reason).length).toBeGreaterThan(5);
    }
  });

  test(`${verifies('AUD-1')} holds what was searched and read, without a value`, async () => {
    await house.runtime
      .system('test')
      .of('x.partner')
      .create([{ name: 'Findable Secretname' }]);
    const { call } = await house.call({
      key,
      tool: 'search',
      args: { model: 'x.partner', domain: [['name', 'ilike', 'secretname']], fields: ['name'] },
    });
    const entry = await entryOf(call.id);
    expect(entry).toMatchObject({ tool: 'search', model: 'x.partner', touched: 1, outcome: 'ok' });
    expect(entry?.fields).toContain('x.partner.name');
    expect(entry?.record_ids).toHaveLength(1);
    expect(JSON.stringify(entry).toLowerCase()).not.toContain('secretname');
  });

  test('is an unbroken chain as the store gives it back', async () => {
    const rows = await house.runtime.store.find({
      model: 'security.audit-entry',
      where: { kind: 'all', of: [] },
      order: [{ field: 'sequence', descending: false }],
    });
    expect(rows.length).toBeGreaterThan(200);
    expect(new Set(rows.map(({ chain }) => chain)).size).toBe(1);
    let previous = genesis;
    for (const [index, row] of rows.entries()) {
      expect(row).toMatchObject({ sequence: index + 1, previous });
      expect(entryHash(row)).toBe(row.hash);
      previous = String(row.hash);
    }
  });

  test(`${verifies('AUD-2')} that cannot be written refuses the calls, and begins a new chain after`, async () => {
    let isDown = true;
    const runtime: Runtime = {
      ...house.runtime,
      store: {
        ...house.runtime.store,
        info: house.runtime.store.info,
        capabilities: house.runtime.store.capabilities,
        write: async (operations, options) => {
          if (isDown) throw kernelErrors.STORE_UNAVAILABLE();
          return house.runtime.store.write(operations, options);
        },
      },
    };
    const log = createAuditLog({ runtime });
    const write = () =>
      log.write({ call: callIn({ id: house.runtime.newId() }), outcome: { kind: 'ok' }, reached: [], durationMs: 1 });
    const refused = await Promise.allSettled([write(), write()]);
    expect(refused).toMatchObject(
      Array(2).fill({ status: 'rejected', reason: { code: 'AUDIT_UNAVAILABLE', status: 503 } }),
    );
    isDown = false;
    const call = callIn({ id: house.runtime.newId() });
    await log.write({ call, outcome: { kind: 'ok' }, reached: [], durationMs: 1 });
    expect(await entryOf(call.id)).toMatchObject({ sequence: 1, previous: genesis });
  });

  test('is not spoiled for others by an entry with what no database keeps', async () => {
    const client = { name: 'nul \u0000', version: '\ud800', userAgent: '\udfff\u0000' };
    const answers = await Promise.all([
      house.call({ key, client: { ...client, sessionId: 'a\u0000' } }),
      house.call({ key, tool: 'sea\u0000rch\ud800', args: {} }),
      house.call({ key, tool: 'search', args: { model: 'x.\u0000\ud800' } }),
      house.call({ key: 'gh_\u0000' }),
      house.call({ key }),
    ]);
    for (const { call } of answers) expect(await entryOf(call.id)).toBeDefined();
    expect(answers.map(({ code }) => code)).not.toContain('AUDIT_UNAVAILABLE');
  });

  test(`${verifies('CLI-1')} audit list filters by time, user, key, model and outcome`, async () => {
    const { prefix, key: own } = await house.key({});
    await house.call({ key: own, tool: 'search', args: { model: 'x.partner' } });
    await house.call({ key: own, tool: 'search', args: { model: 'x.vault' } });
    house.clock.now += 3_600_000;
    await house.call({ key: own });
    type Listed = { model: string | null; outcome: string; key: string; time: string }[];
    const list = async (...filter: string[]) => (await house.command(['audit', 'list', '--json', ...filter])) as Listed;
    const mine = await list('--key', prefix);
    expect(mine.map(({ model, outcome }) => [model, outcome])).toEqual([
      [null, 'ok'],
      ['x.vault', 'denied'],
      ['x.partner', 'ok'],
    ]);
    expect(await list('--key', prefix, '--since', '10m')).toHaveLength(1);
    expect(await list('--key', prefix, '--until', '10m')).toHaveLength(2);
    expect(await list('--key', prefix, '--outcome', 'denied')).toHaveLength(1);
    expect(await list('--key', prefix, '--model', 'x.partner')).toHaveLength(1);
    expect(await list('--key', prefix, '--user', 'sara')).toHaveLength(3);
    expect(await list('--key', prefix, '--user', 'nobody')).toHaveLength(0);
    // What looks like a prefix may be the name of a key; what is neither may be that of a key that never was.
    const named = await house.key({ name: 'reporter' });
    await house.call({ key: named.key });
    expect(await list('--key', 'reporter')).toMatchObject([{ key: named.prefix }]);
    expect(await list('--key', 'nobodyis')).toEqual([]);
    await expect(list('--key', 'nobody')).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
    expect(await list('--limit', '2')).toHaveLength(2);
    for (const bad of [
      ['--since', 'yesterday'],
      ['--outcome', 'fine'],
      ['--limit', '0'],
      ['--limit', '1e9'],
    ]) {
      await expect(list(...bad)).rejects.toMatchObject({ code: 'FILTER_INVALID' });
    }
  });
});
