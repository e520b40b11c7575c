import { afterAll, beforeAll, expect, test } from 'vitest';
import exampleConfig from '../../mcp.config.ts';
import { verifies } from '../requirements.ts';
import { auditOf } from '../support/people.ts';
import { send } from '../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { sqliteStore, type TestStore } from '../support/stores.ts';

let store: TestStore;
let gatehouse: TestGatehouse;

beforeAll(async () => {
  store = await sqliteStore();
  const security = { ...exampleConfig.plugins.security, network: { deny: ['127.0.0.0/8'] } };
  const metrics = { allow: ['127.0.0.1'] };
  gatehouse = await startGatehouse({
    config: exampleWith(store, { plugins: { ...exampleConfig.plugins, security, metrics } }),
  });
});

afterAll(async () => {
  await gatehouse?.stop();
  await store?.drop();
});

test(`${verifies('NET-1', 'PROTO-5')} from a denied address nothing is served: no call, no page, no token, no registration`, async () => {
  expect((await send(gatehouse.url, {})).status).toBe(403);
  const open = ['/metrics'];
  const { routes } = gatehouse.app;
  expect(routes.some(({ path }) => path.includes('/oauth/'))).toBe(true);
  for (const { method, path } of routes.filter(route => !open.includes(route.path))) {
    const answer = await fetch(`${gatehouse.origin}${path.replaceAll(/:\w+/g, 'a'.repeat(24))}`, { method });
    expect([method, path, answer.status]).toEqual([method, path, 403]);
  }
  const refused = (await auditOf(gatehouse, 200)).map(({ method, code }) => `${method} ${code}`);
  expect(refused).toContain('POST /mcp/oauth/token ADDRESS_NOT_ALLOWED');
  expect(refused).toHaveLength(1 + routes.length - open.length);
});

test('what has rules of its own about addresses goes by those, and health is for everyone', async () => {
  for (const path of ['/metrics', '/healthz', '/readyz']) {
    expect((await fetch(`${gatehouse.origin}${path}`)).status).toBe(200);
  }
});
