import { renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { checkConfig } from '../../../src/config/check-config.ts';
import type { PolicySet } from '../../../src/config/define-config.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { watchConfig } from '../../../src/config/watch-config.ts';
import { verifies } from '../../requirements.ts';
import { makeFolder, writeInto } from '../../support/folder.ts';

const configText = (options = '') => `import { defineConfig, defineModel, field } from 'gatehouse';
import { access } from './access.ts';
const order = defineModel({
  name: 'sale.order',
  label: 'Order',
  description: 'An order.',
  fields: { name: field.char({ default: () => 'New' }) },
});
export default defineConfig({ plugins: { base: {} }, models: [order], policies: { access }, ${options} });
`;
const accessText = (flags: string) => `export const access = [{ model: 'sale.order', ${flags} }];\n`;

/** A watched config whose looks at the files are made by hand. */
async function watched(files: Record<string, string> = {}) {
  const folder = makeFolder({ 'mcp.config.ts': configText(), 'access.ts': accessText('read: true'), ...files });
  const file = join(folder, 'mcp.config.ts');
  const config = await loadConfig({ file });
  const { assembly } = await checkConfig({ config, configFile: file });
  const applied: PolicySet['access'][] = [];
  const lines: string[] = [];
  let look = () => Promise.resolve();
  let isStopped = false;
  const watcher = watchConfig({
    file,
    running: { config, assembly },
    log: pino({ base: null }, { write: line => void lines.push(JSON.parse(line).msg) }),
    onPolicies: policies => applied.push(policies.access),
    every: (_, run) => {
      look = run;
      return {
        stop: () => {
          isStopped = true;
        },
      };
    },
  });
  return {
    folder,
    applied,
    lines,
    watcher,
    isStopped: () => isStopped,
    /** Enough looks: an edit counts once it has been still between two. */
    async settle() {
      for (let count = 0; count < 3; count += 1) await look();
    },
    look: () => look(),
    edit(path: string, text: string) {
      writeInto(folder, path, text);
    },
  };
}

test(`${verifies('CFG-1')} an edit of what the config imports is applied, once`, async () => {
  const { edit, settle, applied, lines } = await watched();
  await settle();
  expect(applied).toEqual([]);
  edit('access.ts', accessText('read: true, write: true'));
  await settle();
  await settle();
  expect(applied).toEqual([[{ model: 'sale.order', read: true, write: true }]]);
  expect(lines).toEqual(['mcp.config.ts was edited; its policies are in force.']);
});

test('an edit made between the start and the first look is applied', async () => {
  const { edit, settle, applied } = await watched();
  edit('access.ts', accessText('delete: true'));
  await settle();
  expect(applied).toEqual([[{ model: 'sale.order', delete: true }]]);
});

test(`${verifies('CFG-1')} a faulty edit leaves the policies and is logged once, with file and line; mended it applies`, async () => {
  const { edit, settle, applied, lines } = await watched();
  await settle();
  edit('access.ts', '\nexport const access = [{ model: "sale.ordr", read: true }];\n');
  await settle();
  await settle();
  expect(applied).toEqual([]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('the edit is not applied');
  expect(lines[0]).toContain('access.ts:2:33  policies.access[0].model  There is no model sale.ordr.');
  edit('access.ts', 'export const access = [{ model: ');
  await settle();
  expect(lines[1]).toMatch(/access\.ts:1:\d+ {2}SyntaxError/);
  edit('access.ts', accessText('create: true'));
  await settle();
  expect(applied).toEqual([[{ model: 'sale.order', create: true }]]);
});

test('a half-written file is not read before it is still', async () => {
  const { edit, look, applied, lines, settle } = await watched();
  await settle();
  edit('access.ts', 'export const access = [{');
  await look();
  edit('access.ts', accessText('write: true'));
  await look();
  expect(lines).toEqual([]);
  await settle();
  expect(applied).toEqual([[{ model: 'sale.order', write: true }]]);
  expect(lines).toHaveLength(1);
});

test('a file that is replaced by another, and one that is gone for a while, are noticed', async () => {
  const { edit, folder, settle, applied, lines } = await watched();
  await settle();
  edit('access.ts.new', accessText('write: true'));
  renameSync(join(folder, 'access.ts.new'), join(folder, 'access.ts'));
  await settle();
  expect(applied).toHaveLength(1);
  rmSync(join(folder, 'access.ts'));
  await settle();
  expect(lines.at(-1)).toMatch(/mcp\.config\.ts:2:24 {2}Error: Cannot find module/);
  edit('access.ts', accessText('delete: true'));
  await settle();
  expect(applied.at(-1)).toEqual([{ model: 'sale.order', delete: true }]);
});

test('a file that is imported anew is watched as well', async () => {
  const { edit, settle, applied } = await watched();
  await settle();
  edit('access.ts', "export { access } from './other.ts';\n");
  edit('other.ts', accessText('write: true'));
  await settle();
  edit('other.ts', accessText('delete: true'));
  await settle();
  expect(applied).toEqual([[{ model: 'sale.order', write: true }], [{ model: 'sale.order', delete: true }]]);
});

test('a config that is a link, exchanged as a whole as orchestrators do it, is noticed', async () => {
  const { edit, folder, settle, applied, lines } = await watched();
  edit('one/mcp.config.ts', configText());
  edit('one/access.ts', accessText('write: true'));
  edit('two/mcp.config.ts', configText());
  edit('two/access.ts', "export const access = [{ model: 'sale.ordr', read: true }];");
  const pointTo = (target: string) => {
    symlinkSync(join(target, 'mcp.config.ts'), join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'mcp.config.ts'));
  };
  pointTo('one');
  await settle();
  expect(applied).toEqual([[{ model: 'sale.order', write: true }]]);
  pointTo('two');
  await settle();
  expect(lines.at(-1)).toContain('\n  two/access.ts:1:33  policies.access[0].model  There is no model sale.ordr.');
});

test('other changes wait for a restart, and policies that fit the running models are applied all the same', async () => {
  const { edit, settle, applied, lines } = await watched();
  await settle();
  edit('mcp.config.ts', configText("server: { maxBodyBytes: 2048 }, store: 'sqlite:other.db'"));
  await settle();
  edit('access.ts', accessText('write: true'));
  await settle();
  expect(lines).toEqual([
    'mcp.config.ts was edited; restart for changes of server, store.',
    'mcp.config.ts was edited; its policies are in force.',
  ]);
  expect(applied).toHaveLength(1);
});

test('every edit of what waits for a restart says so, and taking it back says that nothing waits', async () => {
  const { edit, settle, applied, lines } = await watched();
  await settle();
  for (const bytes of [2048, 4096]) {
    edit('mcp.config.ts', configText(`server: { maxBodyBytes: ${bytes} }`));
    await settle();
  }
  edit('mcp.config.ts', configText());
  await settle();
  expect(lines).toEqual([
    'mcp.config.ts was edited; restart for changes of server.',
    'mcp.config.ts was edited; restart for changes of server.',
    'mcp.config.ts was edited; nothing in it waits for a restart any more.',
  ]);
  expect(applied).toEqual([]);
});

test('policies for models that do not run yet wait with them', async () => {
  const { edit, settle, applied, lines } = await watched();
  await settle();
  const tag = "defineModel({ name: 'crm.tag', label: 'Tag', description: 'A tag.', fields: { name: field.char() } })";
  edit('mcp.config.ts', configText().replace('models: [order]', `models: [order, ${tag}]`));
  edit('access.ts', "export const access = [{ model: 'crm.tag', read: true }];\n");
  await settle();
  expect(applied).toEqual([]);
  expect(lines).toEqual(['mcp.config.ts was edited; restart for changes of models, policies.']);
});

test('a file that is only touched changes nothing', async () => {
  const { folder, settle, applied, lines } = await watched();
  await settle();
  utimesSync(join(folder, 'access.ts'), 1_000_000, 1_000_000);
  await settle();
  expect([applied, lines]).toEqual([[], []]);
});

test('closing stops the looks', async () => {
  const { watcher, isStopped } = await watched();
  watcher.close();
  expect(isStopped()).toBe(true);
});
