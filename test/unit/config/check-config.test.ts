import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkConfig } from '../../../src/config/check-config.ts';
import type { LocatedFault } from '../../../src/config/config-faults.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { GatehouseError } from '../../../src/errors.ts';
import { verifies } from '../../requirements.ts';
import { makeFolder } from '../../support/folder.ts';

const order = `const order = defineModel({
  name: 'sale.order',
  label: 'Order',
  description: 'An order.',
  fields: { name: field.char({ required: true }), user_id: field.many2one({ to: 'base.user' }) },
});`;

/** A config that imports what it needs; its options begin on line 8. */
function configText(options: string): string {
  return `import { defineConfig, defineModel, field } from 'gatehouse';\n${order}\nexport default defineConfig({\n${options}\n});\n`;
}

async function check(files: Record<string, string>, env: NodeJS.ProcessEnv = {}) {
  const configFile = join(makeFolder(files), 'mcp.config.ts');
  return checkConfig({ config: await loadConfig({ file: configFile }), configFile, env });
}

async function faultsOf(files: Record<string, string>, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  try {
    await check(files, env);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof GatehouseError)) throw thrown;
    expect(thrown.code).toBe('CONFIG_INVALID');
    const located = thrown.data?.faults as readonly LocatedFault[];
    const lines = located.map(({ file, line, path, message }) => `${file}:${line} ${path}: ${message}`);
    for (const { message } of located) expect(thrown.publicMessage).toContain(message);
    return lines;
  }
}

test(`${verifies('CFG-1')} a config with five faults names all five with file, line and what was expected`, async () => {
  const faults = await faultsOf({
    'mcp.config.ts': `import { defineConfig, defineModel, field } from 'gatehouse';
import { access } from './policies/access.ts';
${order}
export default defineConfig({
  server: { port: 70_000, publicURL: 'https://x.example' },
  plugins: { base: {}, recrods: {} },
  models: [order],
  policies: {
    groups: { sales: { label: 'Sales' } },
    access,
    rules: [{ name: 'Own', model: 'sale.order', domain: [['user_id', '=', { user: 'id' }], ['nmae', '=', 'x']] }],
  },
});
`,
    'policies/access.ts': `export const access = [
  { model: 'sale.order', group: 'sales', read: true },
  { model: 'sale.ordr', group: 'sales', read: true },
];
`,
  });
  expect(faults).toEqual([
    'mcp.config.ts:10 server.port: Expected a port: a whole number from 0 to 65535.',
    'mcp.config.ts:10 server.publicURL: There is no setting publicURL. Did you mean publicUrl?',
    expect.stringMatching(
      /^mcp\.config\.ts:11 plugins\.recrods: There is no plugin recrods .* Did you mean records\?$/,
    ),
    expect.stringMatching(/^mcp\.config\.ts:16 policies\.rules\[0\]\.domain\[1\]\[0\]: There is no field "nmae"/),
    'policies/access.ts:3 policies.access[1].model: There is no model sale.ordr. Did you mean sale.order?',
  ]);
});

test('a config without faults gives its plugins, models and settings with their defaults', async () => {
  const { assembly, server } = await check(
    { 'mcp.config.ts': configText('plugins: { base: {} }, models: [order]') },
    { PORT: '4000' },
  );
  expect(assembly.plugins.map(({ name }) => name)).toEqual(['base']);
  expect(assembly.registry.get('sale.order')?.fields.has('user_id')).toBe(true);
  expect(server).toMatchObject({ host: '127.0.0.1', port: 4000, publicUrl: 'http://127.0.0.1:4000', logLevel: 'info' });
});

const base = 'plugins: { base: {} }, models: [order]';
const single: readonly { what: string; options: string; fault: string | RegExp; env?: NodeJS.ProcessEnv }[] = [
  { what: 'an unknown part', options: `${base}, polices: {}`, fault: /^mcp\.config\.ts:9 polices: .*mean policies/ },
  { what: 'no plugins', options: 'models: []', fault: /^mcp\.config\.ts:8 plugins: Expected an object of plugins/ },
  {
    what: 'plugins as a list',
    options: "plugins: ['base']",
    fault: /plugins: Expected an object of plugins.*got a list/,
  },
  {
    what: 'plugin settings that are none',
    options: 'plugins: { base: true }',
    fault: /plugins\.base: Expected an object of/,
  },
  ...['true', 'null', 'undefined', '[]', "'on'"].map(settings => ({
    what: `settings of a plugin that others depend on: ${settings}`,
    options: `plugins: { base: ${settings}, security: {}, records: {} }, models: [order]`,
    fault: /^mcp\.config\.ts:9 plugins\.base: Expected an object of settings, \{\} for the defaults, got /,
  })),
  {
    what: 'unknown plugin settings',
    options: 'plugins: { base: { x: 1 } }',
    fault: /plugins\.base\.x: There is no setting x/,
  },
  {
    what: 'a plugin path',
    options: "plugins: { base: {}, '../base': {} }",
    fault: /plugins\["\.\.\/base"\]: There is no/,
  },
  {
    what: 'a missing plugin',
    options: 'plugins: { security: {} }',
    fault: /:9 plugins\.security: security depends on base/,
  },
  {
    what: 'a missing folder',
    options: `${base}, pluginFolders: ['nope']`,
    fault: /pluginFolders\[0\]: There is no folder/,
  },
  { what: 'a model that is none', options: 'plugins: {}, models: [{}]', fault: /models\[0\]: Expected a model/ },
  { what: 'models as an object', options: 'plugins: {}, models: {}', fault: /models: Expected a list, got an object/ },
  {
    what: 'a model defined twice',
    options: 'plugins: { base: {} }, models: [order, order]',
    fault: /sale\.order.*twice/,
  },
  { what: 'another store', options: `${base}, store: 'mysql:x'`, fault: /:9 store: It must be sqlite:PATH or mongodb/ },
  { what: 'a store of no name', options: `${base}, store: 'sqlite:'`, fault: /store: It must be/ },
  {
    what: 'another store in the environment',
    options: base,
    env: { GATEHOUSE_STORE: 'postgres://secret@x' },
    fault: 'mcp.config.ts:8 store: GATEHOUSE_STORE in the environment must be sqlite:PATH or mongodb://HOST/DATABASE.',
  },
  {
    what: 'a port in the environment',
    options: base,
    env: { PORT: '80x' },
    fault: /server\.port: PORT in the environment/,
  },
  {
    what: 'an address range',
    options: `${base}, server: { trustedProxies: ['10.0.0.0/99'] }`,
    fault: /trustedProxies\[0\]/,
  },
  { what: 'a public URL with a path', options: `${base}, server: { publicUrl: 'https://x/mcp' }`, fault: /publicUrl/ },
  {
    what: 'a log level',
    options: `${base}, server: { logLevel: 'inof' }`,
    fault: /logLevel: .*got "inof"\. Did you mean info\?/,
  },
  { what: 'policies as a list', options: `${base}, policies: []`, fault: /policies: Expected an object, got a list/ },
  {
    what: 'an unknown part of policies',
    options: `${base}, policies: { acces: [] }`,
    fault: /acces: .*Did you mean access\?/,
  },
  {
    what: 'access as an object',
    options: `${base}, policies: { access: {} }`,
    fault: /policies\.access: Expected a list/,
  },
  {
    what: 'an unknown group',
    options: `${base}, policies: { access: [{ model: 'sale.order', group: 'slaes', read: true }], groups: { sales: { label: 'S' } } }`,
    fault: 'mcp.config.ts:9 policies.access[0].group: There is no group slaes. Did you mean sales?',
  },
  {
    what: 'an implied group',
    options: `${base}, policies: { groups: { sales: { label: 'S', implies: ['nobody'] } } }`,
    fault: /policies\.groups\.sales\.implies\[0\]: There is no group nobody/,
  },
  {
    what: 'groups in a circle',
    options: `${base}, policies: { groups: { a: { label: 'A', implies: ['b', 'c'] }, b: { label: 'B', implies: ['c'] }, c: { label: 'C', implies: ['b'] } } }`,
    fault: 'mcp.config.ts:9 policies.groups.b.implies: These groups imply each other in a circle: b → c → b.',
  },
  {
    what: 'a group that implies itself',
    options: `${base}, policies: { groups: { sales: { label: 'S', implies: ['sales'] } } }`,
    fault: /groups\.sales\.implies: These groups imply each other in a circle: sales → sales\./,
  },
  {
    what: "a circle by way of a plugin's groups",
    options: `plugins: { base: {}, security: {} }, policies: { groups: { 'security.user': { label: 'U', implies: ['security.admin'] } } }`,
    fault: /circle: security\.user → security\.admin → security\.manager → security\.user\./,
  },
  {
    what: 'a group name',
    options: `${base}, policies: { groups: { Sales: { label: 'S' } } }`,
    fault: /groups\.Sales: .*lower case/,
  },
  {
    what: 'an entry that allows nothing',
    options: `${base}, policies: { permissions: [{ model: 'sale.order' }] }`,
    fault: /permissions\[0\]: This allows nothing/,
  },
  {
    what: 'a misspelt operation',
    options: `${base}, policies: { permissions: [{ model: 'sale.order', reed: true }] }`,
    fault: /permissions\[0\]\.reed: There is no setting reed\. Did you mean read\?/,
  },
  {
    what: 'a doubled rule name',
    options: `${base}, policies: { rules: [1, 2].map(() => ({ name: 'A', model: 'sale.order', domain: [] })) }`,
    fault: /:9 policies\.rules\[1\]\.name: There are two rules called A/,
  },
  {
    what: 'a domain operator',
    options: `${base}, policies: { rules: [{ name: 'A', model: 'sale.order', domain: [['name', '<>', 'x']] }] }`,
    fault: /rules\[0\]\.domain\[0\]\[1\]: .*expected one of/,
  },
  {
    what: 'a hidden field that is none',
    options: `${base}, policies: { fields: [{ model: 'sale.order', fields: ['name', 'nam'] }] }`,
    fault: 'mcp.config.ts:9 policies.fields[0].fields[1]: The model sale.order has no field nam. Did you mean name?',
  },
  {
    what: 'hidden fields without a model',
    options: `${base}, policies: { fields: [{ fields: ['name'] }] }`,
    fault: /fields\[0\]: Expected `model`/,
  },
  {
    what: 'a list of hidden fields without any',
    options: `${base}, policies: { fields: [{ model: 'sale.order', fields: [] }] }`,
    fault: /fields\[0\]\.fields: Expected at least one name/,
  },
  {
    what: 'fields hidden from no group',
    options: `${base}, policies: { fields: [{ classify: 'pii', groups: [] }] }`,
    fault: /fields\[0\]\.groups: Expected at least one name/,
  },
  {
    what: 'an unknown class',
    options: `${base}, policies: { fields: [{ classify: 'pi' }] }`,
    fault: /fields\[0\]\.classify: Expected one of pii, phi, financial, got "pi"\. Did you mean pii\?/,
  },
  {
    what: 'a mask',
    options: `${base}, policies: { fields: [{ classify: 'pii', mask: 'emial' }] }`,
    fault: /fields\[0\]\.mask: Expected one of true, all, email, phone, last4, initials, got "emial"/,
  },
];

test.each(single)(`${verifies('CFG-1')} one fault, one line: $what`, async ({ options, fault, env }) => {
  const faults = await faultsOf({ 'mcp.config.ts': configText(options) }, env);
  expect(faults).toEqual([typeof fault === 'string' ? fault : expect.stringMatching(fault)]);
});

test('a fault in a model is located inside its definition, wherever that stands', async () => {
  const faults = await faultsOf({
    'mcp.config.ts': `import { defineConfig } from 'gatehouse';
import { tag } from './models/tag.ts';
export default defineConfig({ plugins: { base: {} }, models: [tag] });
`,
    'models/tag.ts': `import { defineModel, field } from 'gatehouse';
export const tag = defineModel({
  name: 'crm.tag',
  label: 'Tag',
  description: 'A tag.',
  fields: {
    name: field.char({ groups: ['nobody'] }),
    other_id: field.many2one({ to: 'crm.othr' }),
  },
});
`,
  });
  expect(faults).toEqual([
    'models/tag.ts:7 crm.tag.fields.name.groups[0]: There is no group nobody.',
    expect.stringMatching(/^models\/tag\.ts:8 crm\.tag\.fields\.other_id: .*crm\.othr, which does not exist/),
  ]);
});

test(`${verifies('CFG-2')} a plugin of a folder of one's own is found, its settings checked and located`, async () => {
  const plugin = `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
import { definePlugin } from ${JSON.stringify(new URL('../../../src/index.ts', import.meta.url).href)};
export default definePlugin({
  name: 'greeter', version: '1.0.0', kernel: '^1', depends: ['base'],
  settings: z.strictObject({ greeting: z.string().min(2).default('Hi'), times: z.int().max(9).default(1) }),
  setup(scope) { scope.policies({ groups: { greeters: { label: 'Greeters' } } }); },
});
`;
  const options = (settings: string) =>
    `plugins: { base: {}, greeter: ${settings} }, pluginFolders: ['mine'],
     policies: { access: [{ model: 'base.user', group: 'greeters', read: true }] }`;
  const files = (settings: string) => ({
    'mcp.config.ts': configText(options(settings)),
    'mine/greeter/plugin.ts': plugin,
  });
  expect(await faultsOf(files("{ greeting: 'Hello' }"))).toEqual([]);
  expect(await faultsOf(files('{ greeting: 5, times: 10, greting: 1 }'))).toEqual([
    'mcp.config.ts:9 plugins.greeter.greeting: Expected text, got a number.',
    'mcp.config.ts:9 plugins.greeter.times: Expected at most 9.',
    'mcp.config.ts:9 plugins.greeter.greting: There is no setting greting. Did you mean greeting?',
  ]);
  expect(await faultsOf({ ...files('{}'), 'mine/greeter/plugin.ts': 'export const greeter = 1;\n' })).toEqual([
    expect.stringMatching(
      /plugins\.greeter: .* has no plugin called greeter as its default export \(definePlugin\)\.$/,
    ),
    expect.stringMatching(/There is no group greeters/),
  ]);
});

test(`${verifies('CFG-1', 'CFG-2')} what is wrong in the code of plugins is named with their files and lines, all of it`, async () => {
  const definePlugin = `import { definePlugin } from ${JSON.stringify(new URL('../../../src/index.ts', import.meta.url).href)};\n`;
  const zod = `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};\n`;
  const manifest = (name: string) => `name: '${name}', version: '1.0.0', kernel: '^1', settings: z.strictObject({})`;
  const faults = await faultsOf({
    'mcp.config.ts': configText("plugins: { base: {}, astray: {}, thrower: {}, recrods: {} }, pluginFolders: ['mine']"),
    'mine/astray/plugin.ts': `${definePlugin}import './nowhere.ts';\nexport default definePlugin({});\n`,
    'mine/thrower/plugin.ts': `${definePlugin}${zod}import { fail } from './fail.ts';
export default definePlugin({ ${manifest('thrower')}, setup() { fail(); } });\n`,
    'mine/thrower/fail.ts': "export function fail(): void {\n  throw new TypeError('no luck');\n}\n",
  });
  expect(faults).toEqual([
    expect.stringMatching(/plugins\.recrods: There is no plugin recrods .* Did you mean records\?$/),
    expect.stringMatching(
      /^mine\/astray\/plugin\.ts:2 : The plugin astray cannot be loaded\. Error: Cannot find module/,
    ),
    'mine/thrower/fail.ts:2 : The plugin thrower cannot be set up. TypeError: no luck',
  ]);
});

test(`${verifies('CFG-2')} what a plugin registers and nobody would ever ask stops the start, types or not`, async () => {
  const faults = await faultsOf({
    'mcp.config.ts': configText("plugins: { base: {}, doubtful: {} }, pluginFolders: ['mine']"),
    'mine/doubtful/plugin.ts': `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
import { definePlugin, field } from ${JSON.stringify(new URL('../../../src/index.ts', import.meta.url).href)};
export default definePlugin({
  name: 'doubtful', version: '1.0.0', kernel: '^1', settings: z.strictObject({}),
  setup(scope: any) {
    scope.guard('networks', { name: 'door', check() {} });
    scope.guard('execute', { name: 'late', check() {} });
    scope.guard('network', { name: 'empty', chek() {} });
    scope.route({ method: 'get', path: '/healthz', access: 'none', handle() {} });
    scope.route({ method: 'GET', path: '/mine', access: 'none', handle() {} });
    scope.extend('base.usr', { fields: { x: field.char() } });
    scope.extend('base.user', { fields: { x: field.char() } });
    scope.on('call.dennied', () => {});
    scope.on('call.denied', 'shout');
    scope.on('toString', () => {});
  },
});
`,
  });
  const stages = 'expected admit, authenticate, session, network, rate, scope, model, permission, fields, redact.';
  const hooks =
    'expected call.denied, call.finished, record.changed, policy.changed, credential.leaked, keys.revoked-all.';
  expect(faults.sort()).toEqual([
    'mine/doubtful/plugin.ts:3 : The guard empty of the stage network has no function `check`.',
    "mine/doubtful/plugin.ts:3 : The route /healthz is one of the kernel's own.",
    'mine/doubtful/plugin.ts:3 : The route /mine has the method GET: expected get, post, delete.',
    `mine/doubtful/plugin.ts:3 : There is no hook call.dennied: ${hooks}`,
    `mine/doubtful/plugin.ts:3 : There is no hook toString: ${hooks}`,
    `mine/doubtful/plugin.ts:3 : There is no stage execute for the guard late: ${stages}`,
    `mine/doubtful/plugin.ts:3 : There is no stage networks for the guard door: ${stages}`,
    'mine/doubtful/plugin.ts:3 : What listens to the hook call.denied is no function.',
    'mine/doubtful/plugin.ts:3 : doubtful extends the model base.user of base, which is not among its `depends`.',
    'mine/doubtful/plugin.ts:3 base.usr: doubtful extends the model base.usr, which does not exist.',
  ]);
});

test('a value that may be a secret is not repeated', async () => {
  const options = `${base}, server: { host: 5, publicUrl: 'hunter2' }`;
  const faults = await faultsOf({ 'mcp.config.ts': configText(options) });
  expect(faults).toHaveLength(2);
  expect(faults.join()).not.toContain('hunter2');
});
