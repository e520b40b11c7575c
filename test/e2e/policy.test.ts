import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { userIds } from '../../plugins/demo/company/users.ts';
import { requireKey, revokeKey } from '../../plugins/security/keys/end-key.ts';
import { createKey, type NewKey } from '../../plugins/security/plugin.ts';
import { createCommandKit } from '../../src/cli/command-kit.ts';
import { attempt, refusalOf } from '../../src/cli/policy/attempt.ts';
import { findCaller } from '../../src/cli/policy/callers.ts';
import { explain } from '../../src/cli/policy/explanation.ts';
import { explanationText } from '../../src/cli/policy/explanation-text.ts';
import { openTrialHouse, type TrialHouse } from '../../src/cli/policy/trial-house.ts';
import { always } from '../../src/store/condition.ts';
import { verifies } from '../requirements.ts';
import { runCommand } from '../support/command-line.ts';
import { makeFolder, writeInto } from '../support/folder.ts';
import { callTool } from '../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const top = join(import.meta.dirname, '..', '..');
const nobody = '0'.repeat(24);

function kitFor(configFile: string) {
  return createCommandKit({
    configFile,
    machine: {
      argv: [],
      env: {},
      folder: top,
      stdin: new PassThrough(),
      stdout: new PassThrough(),
      stderr: { write: () => {} },
      now: Date.now,
      ticks: () => performance.now(),
      onSignal: () => () => {},
      exit: () => {},
    },
  });
}

describeOnStores('trials beside a running server', open => {
  let store: TestStore;
  let gatehouse: TestGatehouse;
  let house: TrialHouse;

  beforeAll(async () => {
    store = await open();
    gatehouse = await startGatehouse({ config: exampleWith(store) });
    house = await openTrialHouse({
      kit: kitFor(join(top, 'mcp.config.ts')),
      store: { location: store.location },
    });
  });
  afterAll(async () => {
    await house?.close();
    await gatehouse?.stop();
    await store?.drop();
  });

  const newKey = (user: string, options: Partial<NewKey> = {}) =>
    createKey({ runtime: gatehouse.app.runtime, name: user, user, scopes: 'all', ...options });

  async function explained(key: string, call: { tool: string; args: object; ip?: string; at?: number }) {
    const at = call.at ?? Date.now();
    const caller = await findCaller(house, { key });
    const trial = await attempt(house, { ...call, caller, args: call.args as Record<string, unknown>, at });
    return explain({ house, trial, at });
  }

  describe(`${verifies('POL-1')} a trial says what the call itself is told`, () => {
    test.each<[string, string, Partial<NewKey>, string, object]>([
      ['allowed', 'sara', {}, 'search', { model: 'sale.order' }],
      ['another model', 'sara', {}, 'search', { model: 'hr.employee' }],
      ['no model at all', 'sara', {}, 'search', { model: 'no.such' }],
      ['a model off the list', 'sara', { models: ['crm.partner'] }, 'search', { model: 'sale.order' }],
      ['a scope', 'sara', { scopes: ['read'] }, 'delete', { ids: [`sale.order.line/${nobody}`] }],
      ['an operation', 'ada', {}, 'write', { ids: [`crm.tag/${nobody}`], values: { name: 'X' } }],
      ['a hidden field', 'sara', {}, 'search', { model: 'product.product', fields: ['cost'] }],
      [
        'a hidden field in a path',
        'ada',
        {},
        'search',
        { model: 'sale.order', domain: [['partner_id.email', '=', 'x']] },
      ],
      [
        'a field off the list',
        'sara',
        { fields: { 'crm.partner': ['name'] } },
        'search',
        { model: 'crm.partner', fields: ['city'] },
      ],
      ['a record that is not there', 'sara', {}, 'read', { ids: [`sale.order/${nobody}`] }],
      [
        'a rule on what is written',
        'sara',
        {},
        'create',
        { model: 'sale.order', records: [{ name: 'S1', user_id: null }] },
      ],
      ['values', 'sara', {}, 'create', { model: 'crm.partner', records: [{ zork: 1 }] }],
      ['a domain', 'sara', {}, 'search', { model: 'crm.partner', domain: ['&'] }],
      ['arguments', 'sara', {}, 'search', { modle: 'crm.partner' }],
      ['no tool', 'sara', {}, 'zork', {}],
      ['an address', 'sara', { allow: ['192.0.2.0/24'] }, 'list_models', {}],
    ])('%s', async (_, user, options, tool, args) => {
      const { key, prefix } = await newKey(user, options);
      const trial = await explained(prefix, { tool, args });
      const { json } = await callTool(gatehouse.url, tool, args, { key });
      const told = (json?.result?._meta as { 'gatehouse/error'?: { code: string } })?.['gatehouse/error'];
      const error = told ?? (json?.error?.data as { code?: string } | undefined);
      expect(trial.code).toBe(error?.code ?? null);
    });
  });

  test(`${verifies('POL-1')} a trial consumes nothing, writes nothing, and shows no secret`, async () => {
    const { key, prefix } = await newKey('sara', { maxSessions: 1, rate: 1 });
    const { id } = await requireKey(gatehouse.app.runtime, prefix);
    // What the server notes by itself, and what earlier calls of other keys leave behind, comes and goes.
    const restless =
      /^gatehouse\.|^security\.(audit-tip|audit-head|session|rate-instance|api-key-usage|alert.*|.*baseline|session-ending)$/;
    const everything = async () => {
      const { store: real, registry } = gatehouse.app.runtime;
      const rows = await Promise.all(
        registry.all().map(async ({ name }) => [name, await real.find({ model: name, where: always })] as const),
      );
      return new Map(
        rows.map(([name, all]) => [
          name,
          restless.test(name) ? all.filter(row => row.id === id || row.credential_id === id) : all,
        ]),
      );
    };
    const before = await everything();
    const shown: string[] = [];
    for (let times = 0; times < 3; times += 1) {
      for (const [tool, args] of [
        ['search', { model: 'sale.order' }],
        ['create', { model: 'crm.partner', records: [{ name: 'Nobody' }] }],
        ['write', { ids: [`base.user/${userIds.sara}`], values: { name: 'X' } }],
      ] as const) {
        const trial = await explained(prefix, { tool, args });
        shown.push(JSON.stringify(trial), explanationText(trial));
      }
    }
    for (const [model, rows] of await everything()) expect({ model, rows }).toEqual({ model, rows: before.get(model) });
    const secret = before.get('security.api-key-secret')?.find(row => row.id === id);
    expect(secret?.hash).toBeTypeOf('string');
    for (const text of shown) {
      expect(text).not.toContain(key);
      expect(text).not.toContain(String(secret?.hash));
      expect(text).not.toContain(String(secret?.salt));
    }
    const call = await callTool(gatehouse.url, 'list_models', {}, { key });
    expect(call.status).toBe(200);
  });

  test(`${verifies('POL-1')} time and place are the trial's own`, async () => {
    const { prefix } = await newKey('sara', { hours: 'mon-fri 08:00-18:00', allow: ['192.0.2.0/24'] });
    const call = { tool: 'list_models', args: {} };
    const working = Date.parse('2026-11-23T12:00:00Z');
    expect(await explained(prefix, { ...call, at: working, ip: '192.0.2.7' })).toMatchObject({ verdict: 'allowed' });
    expect(await explained(prefix, { ...call, at: working, ip: '::ffff:192.0.2.7' })).toMatchObject({
      verdict: 'allowed',
    });
    expect(await explained(prefix, { ...call, at: working })).toMatchObject({
      code: 'ADDRESS_NOT_ALLOWED',
      stage: 'network',
    });
    const sunday = Date.parse('2026-11-22T12:00:00Z');
    expect(await explained(prefix, { ...call, at: sunday, ip: '192.0.2.7' })).toMatchObject({ code: 'OUTSIDE_HOURS' });
  });

  test(`${verifies('POL-1')} sessions that are open count, and no other begins`, async () => {
    const { key, prefix } = await newKey('sara', { maxSessions: 1 });
    const call = { tool: 'list_models', args: {} };
    expect(await explained(prefix, call)).toMatchObject({ verdict: 'allowed' });
    expect((await callTool(gatehouse.url, 'list_models', {}, { key })).status).toBe(200);
    expect(await explained(prefix, call)).toMatchObject({ code: 'SESSION_LIMIT', stage: 'session' });
    // Somebody at an address that is not let in is told of that, as a real caller would be.
    const { key: bound, prefix: elsewhere } = await newKey('sara', { maxSessions: 1, allow: ['127.0.0.0/8'] });
    expect((await callTool(gatehouse.url, 'list_models', {}, { key: bound })).status).toBe(200);
    expect(await explained(elsewhere, { ...call, ip: '192.0.2.7' })).toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' });
  });

  test(`${verifies('POL-1')} the entries that decide are named: of the config by line, of the store by id`, async () => {
    const { prefix } = await newKey('sara');
    const { runtime } = gatehouse.app;
    const [made] = await runtime
      .system('test')
      .of('security.permission')
      .create([{ model: 'hr.employee', everyone: true, read: true }]);
    await vi.waitFor(async () => {
      const { access } = await explained(prefix, { tool: 'search', args: { model: 'hr.employee' } });
      const opinions = access[0]?.opinions ?? [];
      const stored = opinions.find(({ by }) => by === 'permissions');
      expect(stored?.allows).toBe(true);
      expect(stored?.entries.find(({ applies }) => applies)?.where).toBe(made?.id);
      const refusing = opinions.find(({ by }) => by === 'group access');
      expect(refusing).toMatchObject({ allows: false });
      expect(refusing?.entries.map(({ groups }) => groups)).toEqual([['hr'], ['auditors'], ['admin']]);
    }, 20_000);
    const { access } = await explained(prefix, { tool: 'search', args: { model: 'sale.order' } });
    const line =
      readFileSync(join(top, 'mcp.config.ts'), 'utf8')
        .split('\n')
        .findIndex(text => text.includes("'Own orders'")) + 1;
    expect(access[0]?.domain).toEqual([['user_id', '=', `base.user/${userIds.sara}`]]);
    const rule = access[0]?.rules.find(({ applies }) => applies);
    expect(rule).toMatchObject({ name: 'Own orders', groups: ['sales'], source: 'config' });
    expect(rule?.where).toMatch(new RegExp(`^mcp\\.config\\.ts:${line}:`));
    const products = await explained(prefix, { tool: 'search', args: { model: 'product.product' } });
    expect(products.access[0]?.hidden.map(({ field }) => field)).toContain('cost');
    await runtime
      .system('test')
      .of('security.permission')
      .delete([made?.id ?? '']);
  });

  test(`${verifies('POL-1')} of a key that has ended the reason is told, which its caller is not`, async () => {
    const { id, prefix } = await newKey('sara');
    await revokeKey({ runtime: gatehouse.app.runtime, id, reason: 'lost' });
    const trial = await explained(prefix, { tool: 'list_models', args: {} });
    expect(trial).toMatchObject({ stage: 'authenticate', code: 'UNAUTHENTICATED', message: 'The key is not valid.' });
    expect(trial.reason).toMatch(/^revoked at /);
  });

  test('a key is named by its prefix alone', async () => {
    const { key } = await newKey('sara');
    const asked = explained(key, { tool: 'list_models', args: {} });
    await expect(asked).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
    await expect(asked).rejects.not.toThrow(key);
    await expect(explained('nosuch00', { tool: 'list_models', args: {} })).rejects.toMatchObject({
      code: 'KEY_NOT_FOUND',
    });
  });

  test('no tool reaches a trial', () => {
    for (const [name, tool] of gatehouse.app.catalog.tools)
      expect(`${name} ${tool.title}`).not.toMatch(/polic|trial|explain/i);
    expect(refusalOf({ call: {} as never, steps: [], result: undefined })).toBeUndefined();
  });
});

const config = (policies: string) => `import { defineConfig, defineModel, field } from 'gatehouse';

export default defineConfig({
  store: 'sqlite:data/x.db',
  plugins: { base: {}, records: {}, security: {} },
  models: [
    defineModel({
      name: 'x.partner', label: 'Partner', description: 'One.',
      fields: { name: field.char(), email: field.char({ classify: 'pii' }), owner: field.many2one({ to: 'base.user' }) },
    }),
  ],
  policies: { groups: { sales: { label: 'Sales' }, boss: { label: 'Boss', implies: ['sales'] } }, ${policies} },
});
`;
const older = config(`
  access: [{ model: 'x.partner', group: 'sales', read: true, write: true }],
  permissions: [{ model: 'x.partner', read: true, write: true }],`);
const newer = config(`
  access: [{ model: 'x.partner', group: 'sales', read: true }, { model: 'x.partner', group: 'boss', delete: true }],
  permissions: [{ model: 'x.partner', read: true, delete: true }],
  rules: [{ name: 'Own', model: 'x.partner', domain: [['owner', '=', { user: 'id' }]] }],
  fields: [{ classify: 'pii', except: ['boss'] }],`);

describe(`${verifies('POL-1', 'CLI-1')} on the command line`, () => {
  test('policy test holds the example against its verdicts on a store of its own', async () => {
    const folder = makeFolder();
    const cases = join(top, 'test', 'policies', 'policies.test.json');
    const ran = await runCommand(['policy', 'test', cases, '--scratch', '--config', join(top, 'mcp.config.ts')], {
      folder,
    });
    expect(ran.stdout).toMatch(/10 cases, all as expected\n$/);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
  });

  test('policy test says what was expected and what was found, and ends with 1', async () => {
    const folder = makeFolder({
      'mcp.config.ts': older,
      'cases.json': JSON.stringify({
        cases: [
          {
            name: 'good',
            as: { groups: ['sales'] },
            tool: 'search',
            args: { model: 'x.partner' },
            expect: { verdict: 'allowed', records: 0 },
          },
          {
            name: 'bad',
            as: { groups: [] },
            tool: 'search',
            args: { model: 'x.partner' },
            expect: { verdict: 'allowed' },
          },
          {
            name: 'fields',
            as: { groups: ['sales'] },
            tool: 'search',
            args: { model: 'x.partner' },
            expect: { verdict: 'allowed', hiddenFields: ['email'] },
          },
        ],
      }),
    });
    const ran = await runCommand(['policy', 'test', 'cases.json', '--scratch'], { folder });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(
      /^ok {4}good\nFAIL {2}bad\n {8}verdict\n {10}expected {2}allowed\n {10}found {5}denied at model, MODEL_NOT_AVAILABLE/,
    );
    expect(ran.stdout).toMatch(/field email\n {10}expected {2}hidden\n {10}found {5}visible\n\n3 cases, 2 failed\n$/);
  });

  test('policy diff says who gains and who loses what', async () => {
    const folder = makeFolder({ 'old.ts': older, 'new.ts': newer });
    const ran = await runCommand(['policy', 'diff', 'old.ts', 'new.ts', '--json', '--exit-code'], { folder });
    const { differences } = JSON.parse(ran.stdout) as {
      differences: { who: string; what: string; change: string; fields: string[]; after: string }[];
    };
    const lines = differences.map(({ who, what, change, fields }) => [who, change, what, ...fields].join(' '));
    expect(lines).toEqual([
      'group boss has other records read',
      'group boss loses write',
      'group boss gains delete',
      'group boss loses write field email name',
      'group sales has other records read',
      'group sales loses write',
      'group sales loses read field email',
      'group sales loses write field email name',
      // The addresses of users are of the class, too.
      'group security.admin loses read field email',
      'group security.admin loses write field email',
      'group security.manager loses read field email',
    ]);
    expect(differences[0]?.after).toBe('[["owner","=",the caller]]');
    expect(ran.code).toBe(1);
    const same = await runCommand(['policy', 'diff', 'old.ts', 'old.ts', '--exit-code'], { folder });
    expect(same).toMatchObject({ code: 0, stdout: 'Nobody gains or loses anything.\n', stderr: '' });
  });

  test('a config with a fault is refused as it is everywhere', async () => {
    const folder = makeFolder({ 'old.ts': older, 'new.ts': older });
    writeInto(folder, 'new.ts', older.replace("'x.partner', read", "'x.partnr', read"));
    const ran = await runCommand(['policy', 'diff', 'old.ts', 'new.ts'], { folder });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^CONFIG_INVALID[\s\S]*new\.ts:\d+:\d+ {2}policies\.permissions\[0\]\.model/);
  });
});
