import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorTables } from '../../scripts/docs/errors-page.ts';
import { makePages, top } from '../../scripts/docs/pages.ts';
import { stages } from '../../src/pipeline/stages.ts';

const guides = globSync(['*.md', 'docs/**/*.md', 'plugins/*/*.md'], { cwd: top });
const textOf = (path: string) => readFileSync(join(top, path), 'utf8');

describe('pages made from the code are up to date: run `npm run docs`', async () => {
  test.each([...(await makePages())])('%s', (path, text) => {
    expect(textOf(path)).toBe(text);
  });
});

test('docs/errors.md has every code once', async () => {
  const codes = (await errorTables(top)).flatMap(({ factories }) => factories.map(({ code }) => code));
  expect(codes.length).toBeGreaterThan(40);
  expect(codes).toEqual([...new Set(codes)]);
  const page = textOf('docs/errors.md');
  for (const code of codes) expect(page.split(`| \`${code}\` |`), code).toHaveLength(2);
});

test('error codes are defined nowhere but in the tables that docs/errors.md is made from', () => {
  const files = globSync(['src/**/*.ts', 'plugins/**/*.ts'], { cwd: top });
  const elsewhere = files.filter(
    file => /\bdefineErrors\(\s*\{/.test(textOf(file)) && !/^(src\/(.+\/)?|plugins\/[^/]+\/)errors\.ts$/.test(file),
  );
  expect(elsewhere).toEqual([]);
});

test('docs/lifecycle.md has the stages in their order', () => {
  const rows = [...textOf('docs/lifecycle.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(stages.map(({ name }) => name));
});

test.each(guides)('%s: what it links to is there', path => {
  const links = [...textOf(path).matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)].map(([, target = '']) => target);
  const missing = links.filter(target => !/^https?:/.test(target) && !existsSync(join(top, dirname(path), target)));
  expect(missing).toEqual([]);
});

test.each(guides)('%s: the npm scripts that it names are there', path => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = [...textOf(path).matchAll(/npm run (?:-s )?([\w-]+)/g)].map(([, name = '']) => name);
  expect(named.filter(name => !(name in scripts))).toEqual([]);
});

test.each(['README.md', 'docs/policies.md'])('%s: its policies are those of mcp.config.ts', path => {
  const config = textOf('mcp.config.ts');
  const blocks = [...textOf(path).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
  const lines = blocks.flatMap(code => code.split('\n')).filter(line => line !== '' && !line.startsWith('//'));
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.filter(line => !config.includes(line))).toEqual([]);
});
