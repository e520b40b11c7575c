import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { finished } from './requirements.ts';

test('every row of a finished capability has a test', () => {
  const named = new Set<string>();
  for (const file of globSync('test/**/*.ts', { exclude: ['test/requirements*.ts'] })) {
    for (const call of readFileSync(file, 'utf8').matchAll(/verifies\(([^)]*)\)/g)) {
      for (const id of (call[1] ?? '').matchAll(/'([A-Z]+-\d+)'/g)) named.add(id[1] ?? '');
    }
  }
  expect(finished.filter(id => !named.has(id))).toEqual([]);
});
