import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Plugin } from '../src/index.ts';
import { importsOf } from './support/imports.ts';

/** What the files of a part may import of the repository. A path ending in `/` stands for the folder. */
interface Boundary {
  readonly part: string;
  readonly may: readonly string[];
  /** As types only: contracts, of which nothing is left at run time. */
  readonly types?: readonly string[];
}

const contracts = [
  'src/clock.ts',
  'src/config/define-config.ts',
  'src/confirmation/confirmation.ts',
  'src/job/job.ts',
  'src/mail/message.ts',
  'src/model/',
  'src/pipeline/',
  'src/plugin/',
  'src/store/port.ts',
  'src/store/condition.ts',
  'src/tool/',
];

/** What a part of the kernel that keeps records of its own needs. */
const ownModels = [
  'src/clock.ts',
  'src/errors.ts',
  'src/model/define-model.ts',
  'src/model/field.ts',
  'src/model/record-stamp.ts',
  'src/store/condition.ts',
  'src/store/derived-id.ts',
];

// The first row that fits a file counts. What no row fits may not be there.
const boundaries: readonly Boundary[] = [
  { part: 'src/errors.ts', may: [] },
  { part: 'src/is-object.ts', may: [] },
  { part: 'src/store/', may: ['src/store/', 'src/errors.ts'] },
  {
    part: 'src/model/',
    may: [
      'src/model/',
      'src/clock.ts',
      'src/errors.ts',
      'src/store/port.ts',
      'src/store/condition.ts',
      'src/store/evaluate.ts',
      'src/store/check-storable.ts',
      'src/plugin/definition-site.ts',
    ],
  },
  { part: 'src/tool/', may: ['src/tool/', 'src/model/', 'src/errors.ts'], types: contracts },
  { part: 'src/pipeline/', may: ['src/pipeline/', 'src/tool/', 'src/model/', 'src/errors.ts'], types: contracts },
  {
    part: 'src/server/',
    may: ['src/server/', 'src/pipeline/', 'src/tool/', 'src/errors.ts', 'src/is-object.ts'],
    types: contracts,
  },
  {
    part: 'src/plugin/',
    may: ['src/plugin/', 'src/pipeline/stages.ts', 'src/pipeline/hooks.ts', 'src/errors.ts'],
    types: contracts,
  },
  { part: 'src/clock.ts', may: [] },
  { part: 'src/network/', may: ['src/network/'], types: contracts },
  { part: 'src/job/', may: ['src/job/', ...ownModels], types: contracts },
  { part: 'src/confirmation/', may: ['src/confirmation/', ...ownModels], types: contracts },
  { part: 'src/mail/', may: ['src/mail/', ...ownModels], types: contracts },
  {
    part: 'src/config/',
    may: [
      'src/config/',
      'src/plugin/',
      'src/model/',
      'src/store/',
      'src/mail/',
      'src/errors.ts',
      'src/is-object.ts',
      'src/assemble.ts',
    ],
    types: contracts,
  },
  { part: 'src/', may: ['src/'] },
];

/** Packages that only one part knows. */
const packages: readonly { name: RegExp; part: string }[] = [
  { name: /^@modelcontextprotocol\//, part: 'src/server/' },
  { name: /^mongoose$|^mongodb$/, part: 'src/store/mongo/' },
  { name: /^node:sqlite$/, part: 'src/store/sqlite/' },
  { name: /^nodemailer$/, part: 'src/mail/' },
  { name: /^node-cron$/, part: 'src/job/' },
];

/** Where modules are loaded by a name known only at run time. */
const loaders = ['src/plugin/load-plugins.ts', 'src/config/import-fresh.ts'];

/** What is wrong with the imports of one file. `depends`: of the plugin that it belongs to. */
function violations(input: { file: string; source: string; depends?: readonly string[] }): string[] {
  return importsOf(input).flatMap(({ target, isTypeOnly, line }) => {
    const at = `${input.file}:${line}`;
    if (target === undefined)
      return loaders.includes(input.file) ? [] : [`${at} imports what is known only at run time`];
    if (!isOfRepository(target)) {
      const owner = packages.find(({ name }) => name.test(target));
      return !owner || input.file.startsWith(owner.part) || isTypeOnly ? [] : [`${at} imports ${target}`];
    }
    return mayImport({ ...input, target, isTypeOnly }) ? [] : [`${at} imports ${target}`];
  });
}

function mayImport(input: { file: string; target: string; isTypeOnly: boolean; depends?: readonly string[] }): boolean {
  const { file, target, isTypeOnly, depends = [] } = input;
  const plugin = /^plugins\/[^/]+\//.exec(file)?.[0];
  if (plugin) {
    const allowed = ['src/index.ts', plugin, ...depends.map(name => `plugins/${name}/plugin.ts`)];
    return isIn(target, allowed);
  }
  const boundary = boundaries.find(({ part }) => isIn(file, [part]));
  if (!boundary) return false;
  return isIn(target, boundary.may) || (isTypeOnly && isIn(target, boundary.types ?? []));
}

function isIn(path: string, places: readonly string[]): boolean {
  return places.some(place => (place.endsWith('/') ? path.startsWith(place) : path === place));
}

function isOfRepository(target: string): boolean {
  return /^(src|plugins|test|bench|docs)\/|^\.\.|^\/|^file:|^[^@/]+\.ts$/.test(target);
}

async function dependsOf(file: string): Promise<readonly string[]> {
  const plugin = ((await import(`../${file}`)) as { default: Plugin }).default;
  return plugin.depends ?? [];
}

describe('imports stay within their boundaries', () => {
  test('src', () => {
    const files = globSync('src/**/*.ts');
    expect(files).toContain('src/index.ts');
    expect(files.flatMap(file => violations({ file, source: readFileSync(file, 'utf8') }))).toEqual([]);
  });

  test.each(globSync('plugins/*/plugin.ts'))('%s', async manifest => {
    const depends = await dependsOf(manifest);
    const files = globSync(`${manifest.replace('plugin.ts', '')}**/*.ts`);
    expect(files.flatMap(file => violations({ file, source: readFileSync(file, 'utf8'), depends }))).toEqual([]);
  });
});

describe('the check finds', () => {
  test.each([
    ['a plugin in src', 'src/boot.ts', "import demo from '../plugins/demo/plugin.ts';"],
    ['the model in a store', 'src/store/sqlite/find.ts', "import type { Field } from '../../model/field.ts';"],
    ['the store in the model', 'src/model/registry.ts', "export { x } from '../store/sqlite/sqlite-store.ts';"],
    ['a value of a contract', 'src/tool/catalog.ts', "import { stageNames } from '../pipeline/stages.ts';"],
    ['anything in errors', 'src/errors.ts', "import './store/port.ts';"],
    ['the SDK elsewhere', 'src/pipeline/run-call.ts', "import { Server } from '@modelcontextprotocol/server';"],
    ['mongoose elsewhere', 'plugins/base/plugin.ts', "import mongoose from 'mongoose';"],
    [
      'an inner file of src in a plugin',
      'plugins/base/plugin.ts',
      "import { kernelErrors } from '../../src/errors.ts';",
    ],
    ['an inner file of another plugin', 'plugins/demo/x.ts', "import { user } from '../base/models/user.ts';"],
    ['a plugin that is not declared', 'plugins/demo/x.ts', "import { x } from '../oauth/plugin.ts';"],
    ['tests in src', 'src/boot.ts', "import { x } from '../test/support/start.ts';"],
    ['a dynamic import', 'src/boot.ts', "await import('../plugins/demo/plugin.ts');"],
    ['a template without holes', 'src/boot.ts', 'await import(`../plugins/demo/plugin.ts`);'],
    ['a computed import', 'src/boot.ts', 'await import(name);'],
    ['a template with holes', 'src/boot.ts', ['await import(`../plugins/$', '{name}.ts`);'].join('')],
    [
      'a dynamic import behind a type',
      'src/boot.ts',
      "import type { A } from './errors.ts'; import('../plugins/a/plugin.ts');",
    ],
    ['a comment in between', 'src/boot.ts', "import /* a */ {} from // b\n '../plugins/demo/plugin.ts';"],
    ['a statement over several lines', 'src/boot.ts', "import {\n  a,\n  b,\n} from\n'../plugins/demo/plugin.ts';"],
    ['an absolute address', 'src/boot.ts', "import x from 'file:///opt/plugins/demo/plugin.ts';"],
    ['a path out of the repository', 'src/boot.ts', "import x from '../../elsewhere/x.ts';"],
  ])('%s', (_, file, source) => {
    expect(violations({ file, source, depends: ['base'] })).toHaveLength(1);
  });

  test.each([
    ['the surface', 'plugins/demo/x.ts', "import { field } from '../../src/index.ts';"],
    ['a declared plugin', 'plugins/demo/x.ts', "import { createKey } from '../base/plugin.ts';"],
    ['its own files', 'plugins/demo/models/x.ts', "import { y } from '../company/y.ts';"],
    ['packages', 'plugins/demo/x.ts', "import { z } from 'zod';"],
    ['a contract as a type', 'src/tool/catalog.ts', "import type { Call } from '../pipeline/call.ts';"],
  ])('nothing wrong with %s', (_, file, source) => {
    expect(violations({ file, source, depends: ['base'] })).toEqual([]);
  });
});
