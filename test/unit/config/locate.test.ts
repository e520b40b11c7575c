import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLocate } from '../../../src/config/locate.ts';
import { makeFolder } from '../../support/folder.ts';

/** The text that stands where the path is located, up to the end of its line. */
function textAt(files: Record<string, string>, path: readonly PropertyKey[], config?: unknown): string {
  const folder = makeFolder(files);
  const site = createLocate({ file: join(folder, 'mcp.config.ts'), config }).inConfig(path);
  if (!site) return 'nowhere';
  const name = site.file.slice(folder.length + 1);
  const line = (files[name] ?? '').split('\n')[site.line - 1] ?? '';
  return `${name}: ${line.slice(site.column - 1)}`;
}

const cases: readonly {
  what: string;
  source: string;
  others?: Record<string, string>;
  path: readonly PropertyKey[];
  config?: unknown;
  at: string;
}[] = [
  {
    what: 'a member of the call',
    source: 'export default defineConfig({ server: { port: "x" } });',
    path: ['server', 'port'],
    at: 'mcp.config.ts: "x" } });',
  },
  {
    what: 'what is not there: its surroundings',
    source: 'export default defineConfig({\n  server: { host: "x" },\n});',
    path: ['server', 'port'],
    at: 'mcp.config.ts: { host: "x" },',
  },
  {
    what: 'types around values',
    source: 'const a = { b: [1, 2 as number] } as const satisfies object;\nexport default <any>defineConfig(a!);',
    path: ['b', 1],
    at: 'mcp.config.ts: 2 as number] } as const satisfies object;',
  },
  {
    what: 'a constant',
    source: 'const port = 70000;\nexport default { server: { port } };',
    path: ['server', 'port'],
    at: 'mcp.config.ts: 70000;',
  },
  {
    what: 'an expression that is no literal',
    source: 'export default { store: process.env.STORE };',
    path: ['store'],
    at: 'mcp.config.ts: process.env.STORE };',
  },
  {
    what: 'quoted keys',
    source: "export default { plugins: { 'my-plugin': { x: 1 } } };",
    path: ['plugins', 'my-plugin', 'x'],
    at: 'mcp.config.ts: 1 } } };',
  },
  {
    what: 'the later of two equal keys',
    source: 'export default { a: 1, ...{ a: 2 }, a: 3 };',
    path: ['a'],
    at: 'mcp.config.ts: 3 };',
  },
  {
    what: 'a spread object',
    source: 'const shared = { a: 1 };\nexport default { ...shared };',
    path: ['a'],
    at: 'mcp.config.ts: 1 };',
  },
  {
    what: 'conditions',
    source: 'export default { ...(dev ? { a: 1 } : { b: 2 }), c: x ?? { d: 3 } };',
    path: ['c', 'd'],
    at: 'mcp.config.ts: 3 } };',
  },
  {
    what: 'a named import, renamed, in another folder',
    source: "import { list as access } from './policies/access.ts';\nexport default { policies: { access } };",
    others: { 'policies/access.ts': 'export const list = [\n  { model: "a" },\n  { model: "b" },\n];' },
    path: ['policies', 'access', 1, 'model'],
    at: 'policies/access.ts: "b" },',
  },
  {
    what: 'a namespace',
    source: "import * as policies from './policies.ts';\nexport default { policies };",
    others: { 'policies.ts': 'export const access = [{ model: "a" }];' },
    path: ['policies', 'access', 0, 'model'],
    at: 'policies.ts: "a" }];',
  },
  {
    what: 'what another file passes on',
    source: "import { access } from './index.ts';\nexport default { access };",
    others: {
      'index.ts': "export * from './empty.ts';\nexport { rows as access } from './rows.ts';",
      'empty.ts': 'export const other = 1;',
      'rows.ts': 'const rows = [1];\nexport { rows };',
    },
    path: ['access', 0],
    at: 'rows.ts: 1];',
  },
  {
    what: 'a default import',
    source: "import access from './access.ts';\nexport default { access };",
    others: { 'access.ts': 'export default [10, 20];' },
    path: ['access', 1],
    at: 'access.ts: 20];',
  },
  {
    what: 'a member of a constant',
    source: 'const all = { sales: [1, 2] };\nexport default { access: all.sales };',
    path: ['access', 1],
    at: 'mcp.config.ts: 2] };',
  },
  {
    what: 'elements after a spread literal',
    source: 'const first = [1, 2];\nexport default { access: [0, ...first, 3] };',
    path: ['access', 3],
    at: 'mcp.config.ts: 3] };',
  },
  {
    what: 'elements after a spread of other code, by the number it has made',
    source: 'export default {\n  access: [\n    ...names.map(f),\n    4,\n  ],\n};',
    config: { access: [1, 2, 3, 4] },
    path: ['access', 3],
    at: 'mcp.config.ts: 4,',
  },
  {
    what: 'an element that other code has made',
    source: 'export default {\n  access: [\n    0,\n    ...names.map(f),\n  ],\n};',
    config: { access: [0, 1, 2, 3] },
    path: ['access', 2, 'model'],
    at: 'mcp.config.ts: ...names.map(f),',
  },
  {
    what: 'two spreads of unknown length: the list',
    source: 'export default {\n  access: [...a(), ...b(), 1],\n};',
    config: { access: [0, 0, 0, 1] },
    path: ['access', 3],
    at: 'mcp.config.ts: [...a(), ...b(), 1],',
  },
  {
    what: 'constants that name each other in a circle: their use',
    source: 'const a = b;\nconst b = a;\nexport default { access: a };',
    path: ['access', 0],
    at: 'mcp.config.ts: a };',
  },
  {
    what: 'a file that imports itself',
    source: "export * from './mcp.config.ts';\nimport { x } from './mcp.config.ts';\nexport default { x };",
    path: ['x', 'y'],
    at: 'mcp.config.ts: x };',
  },
  { what: 'a file that cannot be parsed', source: 'export default {', path: ['a'], at: 'nowhere' },
];

test.each(cases)('locates $what', ({ source, others = {}, path, config, at }) => {
  expect(textAt({ 'mcp.config.ts': source, ...others }, path, config)).toBe(at);
});

test('locates inside a call that stands at a place', () => {
  const source =
    "const a = 1;\nexport const m = defineModel({\n  fields: { name: field.char({ groups: ['x'] }) },\n});\n";
  const file = join(makeFolder({ 'model.ts': source }), 'model.ts');
  const locate = createLocate({ file });
  const site = { file, line: 2, column: 18 };
  expect(locate.within(site, ['fields', 'name'])).toEqual({ file, line: 3, column: 19 });
  expect(locate.within({ ...site, line: 1 }, ['fields', 'name'])).toEqual({ ...site, line: 1 });
});
