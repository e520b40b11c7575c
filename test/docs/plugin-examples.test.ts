import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey } from '../../plugins/security/plugin.ts';
import { callTool } from '../support/raw-client.ts';
import { exampleWith, startGatehouse } from '../support/start-gatehouse.ts';

const top = join(import.meta.dirname, '..', '..');
const saturday = Date.parse('2026-10-03T10:00:00Z');
const monday = Date.parse('2026-10-05T10:00:00Z');

// Beside src, as the text imports `../../src/index.ts` from a plugin in a folder of plugins.
let folder: string;

beforeAll(() => {
  const code = /^```ts\n(import \{ z \}.*?)^```$/ms.exec(readFileSync(join(top, 'docs/plugins.md'), 'utf8'))?.[1] ?? '';
  expect(code).toContain("name: 'office-hours'");
  folder = mkdtempSync(join(top, 'test-results-'));
  mkdirSync(join(folder, 'office-hours'));
  writeFileSync(join(folder, 'office-hours', 'plugin.ts'), code);
  const extended = { extends: '../tsconfig.json', include: ['office-hours'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(extended));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the guard in docs/plugins.md compiles', () => {
  execFileSync(process.execPath, [join(top, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
});

test.each([
  ['lets nobody in at weekends', saturday, 403, 'OFFICE_CLOSED'],
  ['lets everyone in on a Monday', monday, 200, undefined],
])('and %s', async (_, now, status, code) => {
  const gatehouse = await startGatehouse({
    config: exampleWith(
      { location: `sqlite:${join(folder, `${now}.db`)}`, drop: async () => {} },
      { pluginFolders: [folder], plugins: { base: {}, records: {}, security: {}, demo: {}, 'office-hours': {} } },
    ),
    now: () => now,
  });
  try {
    const { runtime } = gatehouse.app;
    const { key } = await createKey({ runtime, name: 'test', user: 'admin', scopes: 'all' });
    const answer = await callTool(gatehouse.url, 'list_models', {}, { key });
    expect(answer.status, answer.text).toBe(status);
    expect(answer.json?.error?.data?.code).toBe(code);
  } finally {
    await gatehouse.stop();
  }
});
