import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildCompany } from '../../plugins/demo/company/build-company.ts';
import { userIds } from '../../plugins/demo/company/users.ts';
import { keyOf } from '../support/people.ts';
import { callTool } from '../support/raw-client.ts';
import { exampleWith, startGatehouse } from '../support/start-gatehouse.ts';

const top = join(import.meta.dirname, '..', '..');
const guide = readFileSync(join(top, 'docs/plugins.md'), 'utf8');
const saturday = Date.parse('2026-10-03T10:00:00Z');
const monday = Date.parse('2026-10-05T10:00:00Z');

// Beside src, because the examples import `../../src/index.ts` from a plugin in a folder of plugins.
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(top, 'test-results-'));
  writePlugin('office-hours', exampleWhich('import { z }'));
  writePlugin(
    'order-total',
    `import { z } from 'zod';
     import { definePlugin, defineTool } from '../../src/index.ts';
     export default definePlugin({
       name: 'order-total', version: '1.0.0', kernel: '^1', depends: ['demo'], settings: z.strictObject({}),
       setup(scope) { ${exampleWhich('scope.tool(')} },
     });`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function exampleWhich(begins: string): string {
  const found = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)]
    .map(([, code = '']) => code)
    .filter(code => code.startsWith(begins));
  expect(found).toHaveLength(1);
  return found[0] ?? '';
}

function writePlugin(name: string, code: string): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'plugin.ts'), code);
}

async function withPlugin<T>(
  input: { name: string; now: number },
  run: (gatehouse: Awaited<ReturnType<typeof startGatehouse>>) => Promise<T>,
): Promise<T> {
  const { name, now } = input;
  const location = `sqlite:${join(folder, `${name}-${now}.db`)}`;
  const config = exampleWith(
    { location, drop: async () => {} },
    { pluginFolders: [folder], plugins: { base: {}, records: {}, security: {}, demo: {}, [name]: {} } },
  );
  const gatehouse = await startGatehouse({ config, now: () => now });
  try {
    return await run(gatehouse);
  } finally {
    await gatehouse.stop();
  }
}

test('the examples in docs/plugins.md compile', () => {
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../tsconfig.json', include: ['*/plugin.ts'] }),
  );
  const compiler = join(top, 'node_modules/typescript/bin/tsc');
  const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

test.each([
  ['lets nobody in at weekends', saturday, 403, 'OFFICE_CLOSED'],
  ['lets everyone in on a Monday', monday, 200, undefined],
])('the guard %s', async (_, now, status, code) => {
  await withPlugin({ name: 'office-hours', now }, async gatehouse => {
    const answer = await callTool(gatehouse.url, 'list_models', {}, { key: await keyOf(gatehouse, 'admin') });
    expect(answer.status, answer.text).toBe(status);
    expect(answer.json?.error?.data?.code).toBe(code);
  });
});

test('the tool tells what its caller may know', async () => {
  const orders = buildCompany(new Map()).get('sale.order') ?? [];
  const [saras, foreign] = [userIds.sara, userIds.admin].map(id => orders.find(({ user_id }) => user_id === id));
  await withPlugin({ name: 'order-total', now: monday }, async gatehouse => {
    const key = await keyOf(gatehouse, 'sara');
    const totalOf = async (number: unknown) =>
      (await callTool(gatehouse.url, 'order_total', { number }, { key })).json?.result?.structuredContent?.total;
    expect(await totalOf(saras?.name)).toBe(Number(saras?.amount_total) / 100);
    expect(await totalOf(foreign?.name)).toBeNull();
    const hanks = await callTool(
      gatehouse.url,
      'order_total',
      { number: 'S00001' },
      { key: await keyOf(gatehouse, 'hank') },
    );
    expect(hanks.json?.result?.structuredContent).toBeUndefined();
    expect(hanks.text).toContain('MODEL_NOT_AVAILABLE');
  });
});
