import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig, readConfig } from '../../../src/config/load-config.ts';
import { GatehouseError } from '../../../src/errors.ts';
import { verifies } from '../../requirements.ts';
import { makeFolder, writeInto } from '../../support/folder.ts';

const config = `import { defineConfig } from 'gatehouse';
import { label } from './parts/label.ts';
export default defineConfig({ plugins: {}, policies: { groups: { sales: { label } } } });
`;

async function messageOf(file: string): Promise<string> {
  try {
    await loadConfig({ file });
    return 'loaded';
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(GatehouseError);
    return thrown instanceof GatehouseError ? `${thrown.code} ${thrown.publicMessage}` : '';
  }
}

test(`${verifies('CFG-1')} a config is TypeScript, with gatehouse as its package, wherever it stands`, async () => {
  const folder = makeFolder({ 'mcp.config.ts': config, 'parts/label.ts': "export const label: string = 'Sales';" });
  const loaded = await loadConfig({ file: join(folder, 'mcp.config.ts') });
  expect(loaded.policies?.groups).toEqual({ sales: { label: 'Sales' } });
  expect(loaded.definedAt).toMatchObject({ line: 3, column: 16 });
});

test(`${verifies('CFG-1')} loading again reads the file and what it imports as they are now`, async () => {
  const folder = makeFolder({ 'mcp.config.ts': config, 'parts/label.ts': "export const label = 'Sales';" });
  const file = join(folder, 'mcp.config.ts');
  const first = await readConfig({ file });
  writeInto(folder, 'parts/label.ts', "import { other } from './other.ts';\nexport const label = other;");
  writeInto(folder, 'parts/other.ts', "export const other = 'Changed';");
  const second = await readConfig({ file });
  expect(first.config?.policies?.groups).toEqual({ sales: { label: 'Sales' } });
  expect(second.config?.policies?.groups).toEqual({ sales: { label: 'Changed' } });
  expect([...second.files].map(path => path.slice(folder.length + 1)).toSorted()).toEqual([
    'mcp.config.ts',
    'parts/label.ts',
    'parts/other.ts',
  ]);
});

const faulty: readonly { what: string; files: Record<string, string>; says: RegExp }[] = [
  {
    what: 'a syntax error',
    files: { 'mcp.config.ts': 'const a = 1;\nexport default { a:: 1 };\n' },
    says: /mcp\.config\.ts:2:20 {2}SyntaxError: /,
  },
  {
    what: 'a syntax error in an imported file',
    files: { 'mcp.config.ts': "import './b.ts';\nexport default {};", 'b.ts': '\n\nexport const b = "open;\n' },
    says: /\n {2}b\.ts:3:18 {2}SyntaxError: Unterminated string/,
  },
  {
    what: 'TypeScript that Node does not run',
    files: { 'mcp.config.ts': 'export default {};\nenum A { x }\n' },
    says: /mcp\.config\.ts:2:1 {2}SyntaxError: TypeScript enum/,
  },
  {
    what: 'a name that is declared twice',
    files: { 'mcp.config.ts': 'const a = 1;\nconst a = 2;\nexport default {};' },
    says: /mcp\.config\.ts:2:7 {2}SyntaxError: /,
  },
  {
    what: 'an import that is not there',
    files: { 'mcp.config.ts': "import { a } from './sub.ts';\nexport default { a };", 'sub.ts': 'export const b = 1;' },
    says: /mcp\.config\.ts:1:10 {2}SyntaxError: .*'a'/,
  },
  {
    what: 'a missing file',
    files: { 'mcp.config.ts': "\nimport { a } from './subb.ts';\nexport default { a };" },
    says: /mcp\.config\.ts:2:19 {2}Error: Cannot find module '.*subb\.ts'/,
  },
  {
    what: 'an import of a folder',
    files: { 'mcp.config.ts': "import './parts';\nexport default {};", 'parts/index.ts': '' },
    says: /mcp\.config\.ts:1:\d+ {2}Error: Directory import/,
  },
  {
    what: 'a missing package',
    files: { 'mcp.config.ts': "import 'no-such-package';\nexport default {};" },
    says: /mcp\.config\.ts:1:8 {2}Error: Cannot find package 'no-such-package'/,
  },
  {
    what: 'an error while it runs',
    files: { 'mcp.config.ts': 'const a: { b?: { c: string } } = {};\n\nexport default { store: a.b!.c };' },
    says: /mcp\.config\.ts:3:\d+ {2}TypeError: /,
  },
  {
    what: 'no default export',
    files: { 'mcp.config.ts': 'export const config = {};' },
    says: /mcp\.config\.ts:1:1 {2}Its default export must be/,
  },
  { what: 'no file', files: {}, says: /mcp\.config\.ts:1:1 {2}There is no such file/ },
  {
    what: 'something thrown that is no error',
    files: { 'mcp.config.ts': "throw 'text';" },
    says: /mcp\.config\.ts:1:1 {2}Error: text/,
  },
];

test.each(faulty)(`${verifies('CFG-1')} $what is reported with file, line and column`, async ({ files, says }) => {
  const message = await messageOf(join(makeFolder(files), 'mcp.config.ts'));
  expect(message).toMatch(/^CONFIG_INVALID The configuration has one fault:\n/);
  expect(message).toMatch(says);
  expect(message).not.toContain('gatehouse-load');
});

test('a file that was faulty loads once it is mended', async () => {
  const folder = makeFolder({ 'mcp.config.ts': 'export default {' });
  const file = join(folder, 'mcp.config.ts');
  expect(await messageOf(file)).toContain('CONFIG_INVALID');
  writeInto(folder, 'mcp.config.ts', 'export default { plugins: {} };');
  expect(await messageOf(file)).toBe('loaded');
});

test('files that a faulty config asks for and that are not there are among those to watch', async () => {
  const folder = makeFolder({ 'mcp.config.ts': "import './later.ts';\nexport default {};" });
  const { files } = await readConfig({ file: join(folder, 'mcp.config.ts') });
  expect(files).toContain(join(folder, 'later.ts'));
});
