import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey } from '../../../plugins/security/plugin.ts';
import { type ConfigOptions, defineConfig, type Operation } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { callTool, type RawAnswer, send } from '../../support/raw-client.ts';
import { startGatehouse, type TestGatehouse } from '../../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { models } from './company.ts';
import { blindCalls, type Call, callsNaming, callsOn, callsTo } from './hidden-calls.ts';

const everything = { read: true, write: true, create: true, delete: true };
const open = ['x.partner', 'x.order', 'x.tag'];

/** The rights of `company.ts`, as an admin writes them. */
const policies: ConfigOptions['policies'] = {
  groups: { owners: { label: 'Owners' }, sellers: { label: 'Sellers' } },
  access: [...open.map(model => ({ model, ...everything })), { model: 'x.vault', group: 'owners', ...everything }],
  rules: [
    { name: 'All contacts', model: 'x.partner', group: 'owners', domain: [] },
    { name: 'No internal contacts', model: 'x.partner', group: 'sellers', domain: [['internal', '!=', true]] },
  ],
  permissions: [...open.map(model => ({ model, ...everything })), { model: 'x.vault', ...everything }],
  fields: [{ model: 'x.partner', fields: ['secret', 'internal'], except: ['owners'] }],
};

describeOnStores('Record tools behind the gate', openStore => {
  let store: TestStore;
  let server: TestGatehouse;
  const keys = new Map<string, string>();
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    store = await openStore();
    const plugins = { base: {}, records: {}, security: { rate: { perMinute: 100_000 }, sessions: { limit: 1_000 } } };
    const listening = { port: 0, logLevel: 'silent', publicUrl: 'https://gate.example' };
    server = await startGatehouse({
      config: defineConfig({ plugins, models, policies, store: store.location, server: listening }),
    });
    const { runtime } = server.app;
    const env = runtime.system('test');
    const create = async (model: string, values: Record<string, unknown>) =>
      (await env.of(model).create([values]))[0]?.id ?? '';
    const people: [login: string, group: string, scopes: readonly Operation[]][] = [
      ['owner', 'owners', ['read', 'write', 'create', 'delete']],
      ['seller', 'sellers', ['read', 'write', 'create', 'delete']],
      ['reader', 'sellers', ['read']],
      ['blind writer', 'sellers', ['write']],
      ['blind deleter', 'sellers', ['delete']],
    ];
    for (const [login, group, scopes] of people) {
      const { records } = await env.of('base.group').search({ domain: [['name', '=', group]] });
      await create('base.user', { login, name: login, groups: records.map(({ id }) => id) });
      keys.set(login, (await createKey({ runtime, name: login, user: login, scopes })).key);
    }
    ids.vault = await create('x.vault', { name: 'Gold', code: '1' });
    ids.hidden = await create('x.partner', { name: 'Boss', credit: 900, internal: true, ref: 'R-1' });
    ids.own = await create('x.partner', {
      name: 'Visible',
      parent_id: ids.hidden,
      secret: 'sesame',
      vault_id: ids.vault,
    });
    await create('x.order', { name: 'O1', partner_id: ids.hidden, amount: 3 });
    ids.order = await create('x.order', { name: 'O2', partner_id: ids.own, amount: 4 });
  });

  afterAll(async () => {
    await server.stop();
    await store.drop();
  });

  const call = (who: string, tool: string, args: unknown) => callTool(server.url, tool, args, { key: keys.get(who) });

  /** Calls, and where the answer asks for a confirmation, calls again with it. */
  async function callConfirmed(who: string, tool: string, args: Record<string, unknown>): Promise<RawAnswer> {
    const answer = await call(who, tool, args);
    const asked = answerOf(answer)?.confirmation as { token: string } | undefined;
    return asked ? call(who, tool, { ...args, confirmation: asked.token }) : answer;
  }

  /** All that a caller learns. */
  const learned = ({ status, json, text }: RawAnswer) => JSON.stringify({ status, answer: json ?? text });

  const answerOf = (answer: RawAnswer) => answer.json?.result?.structuredContent;

  test(`${verifies('TOOL-8')} who may change and not read can try it first, and is shown no value`, async () => {
    const [{ id } = { id: '' }] = await server.app.runtime
      .system('test')
      .of('x.partner')
      .create([{ name: 'Unseen' }]);
    const values = { name: 'Changed' };
    for (const dryRun of [true, false]) {
      const written = await call('blind writer', 'write', { ids: [id], values, dryRun });
      expect(answerOf(written)).toMatchObject({ dryRun, written: [{ id, changes: {} }] });
      expect(learned(written)).not.toMatch(/Unseen|Changed/);
    }
    const tried = await call('blind deleter', 'delete', { ids: [id], dryRun: true });
    expect(answerOf(tried)).toMatchObject({ dryRun: true, deleted: [{ id }] });
    const deleted = await callConfirmed('blind deleter', 'delete', { ids: [id] });
    expect(answerOf(deleted)).toMatchObject({ dryRun: false, deleted: [{ id }] });
    for (const answer of [tried, deleted]) expect(learned(answer)).not.toMatch(/Changed/);
  });

  test(`${verifies('TOOL-2')} each tool works for who may use it`, async () => {
    const calls: Call[] = [
      ['list_models', {}],
      ['describe_model', { model: 'x.partner' }],
      ['search', { query: 'visible' }],
      ['search', { model: 'x.order', domain: [['partner_id.name', '=', 'Visible']], order: 'date, name desc' }],
      ['search', { model: 'x.partner', domain: [['tag_ids.name', 'ilike', 'x']], fields: ['name'] }],
      ['read', { ids: [ids.own, ids.order] }],
      ['fetch', { id: ids.own }],
      [
        'aggregate',
        { model: 'x.order', domain: [['partner_id.credit', '!=', 5]], groupBy: ['date:month', 'partner_id'] },
      ],
      ['create', { model: 'x.tag', records: [{ name: 'New' }] }],
      ['create', { model: 'x.tag', records: [{ name: 'New' }], dryRun: true }],
      ['write', { ids: [ids.order], values: { quantity: 2 }, dryRun: true }],
      ['write', { ids: [ids.order], values: { quantity: 2 } }],
      ['delete', { ids: [ids.order], dryRun: true }],
    ];
    for (const [tool, args] of calls) {
      const answer = await call('seller', tool, args);
      expect(answer.json?.result, `${tool} ${JSON.stringify(args)}: ${answer.text}`).toMatchObject({
        structuredContent: expect.anything(),
      });
      expect(answer.json?.result?.isError).not.toBe(true);
    }
  });

  test(`${verifies('TOOL-8', 'PERM-3')} deleting clears references in what the caller does not know of, and says nothing of it`, async () => {
    const env = server.app.runtime.system('test');
    const [kept, free] = await Promise.all(
      ['Keeper', 'Nobody'].map(async name => (await env.of('x.partner').create([{ name }]))[0]?.id ?? ''),
    );
    const [vault] = await env.of('x.vault').create([{ name: 'Silver', keeper_id: kept }]);
    // To do both at once takes a transaction.
    const { transactions } = server.app.runtime.store.capabilities;
    for (const dryRun of transactions ? [true, false] : [true]) {
      const answers = await Promise.all(
        [kept, free].map(id => callConfirmed('seller', 'delete', { ids: [id], dryRun })),
      );
      for (const answer of answers) expect(answerOf(answer)).toMatchObject({ dryRun, alsoDeleted: 0, cleared: 0 });
    }
    const [left] = await env.of('x.vault').read([vault?.id ?? '']);
    if (transactions) expect(left?.values.keeper_id).toBeNull();
  });

  /** The same calls with something hidden and with nothing behind the name: the same but for the name. */
  async function expectAlike(hidden: { name: string; calls: Call[] }, unknown: { name: string; calls: Call[] }) {
    for (const [index, [tool, args]] of hidden.calls.entries()) {
      const other = unknown.calls[index];
      if (!other) throw new Error('no such call');
      const one = learned(await call('seller', tool, args)).replaceAll(hidden.name, 'NAME');
      const two = learned(await call('seller', ...other)).replaceAll(unknown.name, 'NAME');
      expect(one, `${tool} ${JSON.stringify(args)}`).toBe(two);
      expect(one).not.toMatch(/Boss|Gold|INTERNAL|"status":5/);
    }
  }

  test.each(['secret', 'internal', 'vault_id'])(
    `${verifies('FIELD-1')} the field %s is like one that does not exist`,
    async name => {
      const unknown = 'x'.repeat(name.length);
      const own = ids.own ?? '';
      await expectAlike({ name, calls: callsNaming(name, own) }, { name: unknown, calls: callsNaming(unknown, own) });
    },
  );

  test(`${verifies('PERM-3', 'PERM-1')} a forbidden model is like one that does not exist, in every tool`, async () => {
    await expectAlike({ name: 'x.vault', calls: callsOn('x.vault') }, { name: 'x.voult', calls: callsOn('x.voult') });
  });

  test(`${verifies('RULE-1')} a hidden record is like one that does not exist`, async () => {
    const name = ids.hidden?.split('/')[1] ?? '';
    const unknown = 'f'.repeat(24);
    const own = ids.own ?? '';
    await expectAlike({ name, calls: callsTo(name, own) }, { name: unknown, calls: callsTo(unknown, own) });
  });

  test.each([true, false])(
    `${verifies('RULE-1')} that a hidden record has a value is told by the field alone (dry run: %s)`,
    async dryRun => {
      for (const [tool, args] of [
        ['create', { model: 'x.partner', records: [{ name: 'New', ref: 'R-1' }], dryRun }],
        ['write', { ids: [ids.own], values: { ref: 'R-1' }, dryRun }],
      ] as Call[]) {
        const answer = await call('seller', tool, args);
        expect(answer.text).toContain('ref');
        expect(answer.json?.result?.isError).toBe(true);
        expect(answer.text).not.toMatch(/Boss|INTERNAL/);
        expect(answer.text).not.toContain(ids.hidden?.split('/')[1]);
      }
    },
  );

  test(`${verifies('FIELD-1', 'TOOL-11')} a stale version tells the version, and no value`, async () => {
    for (const [tool, more] of [
      ['write', { values: { name: 'Visible' } }],
      ['delete', {}],
    ] as const) {
      const stale = { ids: [ids.own], versions: { [ids.own ?? '']: 99 }, ...more };
      const answer = await call('seller', tool, stale);
      expect(answer.text).toContain('RECORD_CHANGED');
      expect(answer.text).not.toMatch(/Boss|Gold|sesame|secret|internal|vault/);
      // Where a hidden field is named as well, the version is not looked at.
      const beside = await call('seller', 'write', { ...stale, values: { secret: 'x' } });
      expect(beside.text).toContain('FIELD_NOT_AVAILABLE');
      expect(beside.text).not.toMatch(/RECORD_CHANGED|it is now/);
    }
  });

  test(`${verifies('FIELD-1', 'RULE-1')} what is hidden appears in no answer`, async () => {
    for (const [tool, args] of blindCalls) {
      const answer = await call('seller', tool, args);
      expect(answer.text, `${tool} ${JSON.stringify(args)}`).not.toMatch(/"Boss|Gold|sesame|secret|internal|vault/);
      expect(answer.status).toBe(200);
    }
  });

  test(`${verifies('PROTO-6', 'PERM-3')} a forbidden model's resource is like one that does not exist`, async () => {
    const read = async (name: string) => {
      const answer = await send(server.url, {
        method: 'resources/read',
        params: { uri: `gatehouse://model/${name}` },
        key: keys.get('seller'),
      });
      return learned(answer).replaceAll(name, 'NAME');
    };
    expect(await read('x.vault')).toBe(await read('x.voult'));
    expect(await read('x.partner')).toContain('A person or company.');
    const listed = await send(server.url, { method: 'resources/list', key: keys.get('seller') });
    expect(listed.text).toContain('gatehouse://model/x.partner');
    expect(listed.text).not.toContain('vault');
    const completed = await send(server.url, {
      method: 'completion/complete',
      params: {
        ref: { type: 'ref/resource', uri: 'gatehouse://model/{name}' },
        argument: { name: 'name', value: 'x.' },
      },
      key: keys.get('seller'),
    });
    expect(completed.json?.result?.completion).toMatchObject({ values: ['x.order', 'x.partner', 'x.tag'] });
  });

  test(`${verifies('FIELD-3', 'SCOPE-1')} tools beyond the credential are not listed, and not carried out`, async () => {
    const listed = await send(server.url, { key: keys.get('reader') });
    const listedTools = (listed.json?.result?.tools ?? []) as { name: string }[];
    expect(listedTools.map(({ name }) => name)).toEqual([
      'aggregate',
      'describe_model',
      'fetch',
      'list_models',
      'read',
      'search',
    ]);
    const refused = await call('reader', 'create', { model: 'x.tag', records: [{ name: 'x' }] });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('insufficient_scope');
  });

  test(`${verifies('TOOL-3')} the two calls that ChatGPT makes answer exactly one JSON text`, async () => {
    for (const [tool, args] of [
      ['search', { query: 'visible' }],
      ['fetch', { id: ids.own }],
    ] as Call[]) {
      const { json } = await call('seller', tool, args);
      expect(json?.result?.content).toHaveLength(1);
      expect(JSON.parse(json?.result?.content?.[0]?.text ?? '')).toEqual(json?.result?.structuredContent);
      expect(JSON.stringify(json?.result?.structuredContent)).toContain(`https://gate.example/records/${ids.own}`);
    }
  });

  test(`${verifies('PERM-3')} the page of a record is the same whether there is one or not`, async () => {
    const pages = await Promise.all(
      [ids.own, ids.hidden, 'x.vault/1', 'no.such/thing'].map(async id => {
        const response = await fetch(`${server.origin}/records/${id}`);
        return {
          status: response.status,
          text: await response.text(),
          policy: response.headers.get('content-security-policy'),
        };
      }),
    );
    expect(new Set(pages.map(page => JSON.stringify(page))).size).toBe(1);
    expect(pages[0]).toMatchObject({ status: 200, policy: expect.stringContaining("default-src 'none'") });
  });

  const malformed: [tool: string, args: unknown, at: string][] = [
    ['read', { ids: 'x.partner/1' }, 'ids'],
    ['read', { ids: ['x.partner/1'] }, 'ids[0]'],
    ['read', { IDs: [] }, 'IDs'],
    ['search', { model: 'x.partner', limit: 100_000 }, 'limit'],
    ['search', {}, 'model or a query'],
    ['write', { ids: [], values: {} }, 'ids'],
    ['aggregate', null, 'arguments'],
  ];
  test.each(malformed)(`${verifies('TOOL-2')} %s refuses %j and names the place`, async (tool, args, at) => {
    const { json, text } = await call('seller', tool, args);
    expect(text).toContain(at);
    expect(json?.result?.isError ?? json?.error !== undefined).toBe(true);
  });
});
