import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findConfig } from '../../../src/cli/find-config.ts';
import { makeFolder } from '../../support/folder.ts';

test('the nearest config in the folder or above it, unless one is named', () => {
  const top = makeFolder({ 'mcp.config.ts': '', 'a/b/other.ts': '', 'a/b/c/mcp.config.mjs': '' });
  const find = (folder: string, given?: string) => findConfig({ given, folder: join(top, folder) });
  expect(find('.')).toBe(join(top, 'mcp.config.ts'));
  expect(find('a/b')).toBe(join(top, 'mcp.config.ts'));
  expect(find('a/b/c')).toBe(join(top, 'a/b/c/mcp.config.mjs'));
  expect(find('a/b', 'other.ts')).toBe(join(top, 'a/b/other.ts'));
  expect(find('a', '/x/y.ts')).toBe('/x/y.ts');
});

test('where there is none, the one that would be looked for here', () => {
  const folder = makeFolder();
  expect(findConfig({ given: undefined, folder })).toBe(join(folder, 'mcp.config.ts'));
});
