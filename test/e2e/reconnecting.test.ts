import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import exampleConfig from '../../mcp.config.ts';
import { definePlugin } from '../../src/index.ts';
import { verifies } from '../requirements.ts';
import { keyOf } from '../support/people.ts';
import { send } from '../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

/*
 * Clients of the 2025 revisions that end their session (HTTP DELETE) and come again, against a limit of two sessions.
 */

describeOnStores(`${verifies('SES-1', 'SES-2')} a client that ends its session`, open => {
  let store: TestStore;
  const instances: TestGatehouse[] = [];

  beforeAll(async () => {
    store = await open();
    const plugins = { ...exampleConfig.plugins, security: { sessions: { limit: 2 } }, 'log-elsewhere': {} };
    const changes = { plugins, extraPlugins: [logElsewhere] };
    for (let n = 0; n < 2; n += 1) instances.push(await startGatehouse({ config: exampleWith(store, changes) }));
  });
  afterAll(async () => {
    for (const instance of instances) await instance.stop();
    await store.drop();
  });

  let isLogBroken = false;
  const logElsewhere = definePlugin({
    name: 'log-elsewhere',
    version: '1.0.0',
    kernel: '^1',
    settings: z.strictObject({}),
    setup(scope) {
      scope.audit({
        name: 'elsewhere',
        async write() {
          if (isLogBroken) throw new Error('the log elsewhere is full');
        },
      });
    },
  });

  function at(index: number): TestGatehouse {
    return instances[index] ?? expect.unreachable();
  }

  async function connect(key: string): Promise<{ client: Client; transport: StreamableHTTPClientTransport }> {
    const client = new Client({ name: 'e2e', version: '1.0.0' });
    const options = { requestInit: { headers: { Authorization: `Bearer ${key}` } } };
    const transport = new StreamableHTTPClientTransport(new URL(at(0).url), options);
    await client.connect(transport as never);
    return { client, transport };
  }

  const end = (on: number, headers: Record<string, string>) => fetch(at(on).url, { method: 'DELETE', headers });
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

  /** States and reasons of the sessions of a key, the oldest first. */
  async function sessionsOf(key: string) {
    const where = { kind: 'compare', field: 'credential_label', operator: '=', value: key.slice(3, 11) } as const;
    const order = [{ field: 'started_at', descending: false }];
    const rows = await at(0).app.runtime.store.find({ model: 'security.session', where, order });
    return rows.map(({ state, end_reason }) => `${state} ${end_reason}`);
  }

  test('can come again thirty times', async () => {
    const key = await keyOf(at(0), 'sara');
    for (let time = 0; time < 30; time += 1) {
      const { client, transport } = await connect(key);
      expect((await client.listTools()).tools.length).toBeGreaterThan(0);
      await transport.terminateSession();
      await client.close();
    }
    expect(await sessionsOf(key)).toEqual(Array(30).fill('ended closed'));
  });

  test('frees its place and no other', async () => {
    const key = await keyOf(at(0), 'sara');
    const [first, second] = [await connect(key), await connect(key)];
    await expect(connect(key)).rejects.toThrow(/SESSION_LIMIT|2 sessions/);
    await first.transport.terminateSession();
    expect((await second.client.listTools()).tools.length).toBeGreaterThan(0);
    const third = await connect(key);
    await expect(connect(key)).rejects.toThrow(/SESSION_LIMIT|2 sessions/);
    for (const { client } of [first, second, third]) await client.close();
  });

  test('is not ended by anybody else, nor by its own key from where that may not be used', async () => {
    const key = await keyOf(at(0), 'sara');
    const stranger = await keyOf(at(0), 'hank');
    const { client, transport } = await connect(key);
    const session = { 'mcp-session-id': transport.sessionId ?? '' };
    expect((await end(0, { ...bearer(stranger), ...session })).status).toBe(404);
    expect((await end(0, session)).status).toBe(401);
    expect(await sessionsOf(key)).toEqual(['active null']);
    const { store: data } = at(0).app.runtime;
    const where = { kind: 'compare', field: 'prefix', operator: '=', value: key.slice(3, 11) } as const;
    await data.write([{ kind: 'update', model: 'security.api-key', where, set: { deny: ['127.0.0.1'] } }]);
    await expect.poll(async () => (await send(at(0).url, { key })).status, { timeout: 20_000 }).toBe(403);
    expect((await end(0, { ...bearer(key), ...session })).status).toBe(403);
    expect(await sessionsOf(key)).toContain('active null');
    expect(await sessionsOf(key)).not.toContain('ended closed');
    await client.close();
  });

  test('is over: what arrives late begins no other, and an end without a session ends nothing', async () => {
    const key = await keyOf(at(0), 'sara');
    const { client, transport } = await connect(key);
    const session = { 'mcp-session-id': transport.sessionId ?? '' };
    await send(at(0).url, { key, era: 'legacy' });
    expect((await end(0, bearer(key))).status).toBe(405);
    expect(await sessionsOf(key)).toEqual(['active null', 'active null']);
    await transport.terminateSession();
    for (const on of [0, 1]) {
      const late = await send(at(on).url, { key, era: 'legacy', headers: session });
      expect([late.status, late.json?.error?.data?.code]).toEqual([404, 'SESSION_CLOSED']);
      expect((await end(on, { ...bearer(key), ...session })).status).toBe(404);
    }
    expect((await sessionsOf(key)).toSorted()).toEqual(['active null', 'ended closed']);
    await client.close();
  });

  test(`${verifies('AUD-2')} still has it where the log cannot be written, and can end it then`, async () => {
    const key = await keyOf(at(0), 'sara');
    const { client, transport } = await connect(key);
    isLogBroken = true;
    try {
      await expect(transport.terminateSession()).rejects.toThrow(/503|Service Unavailable/);
    } finally {
      isLogBroken = false;
    }
    expect(await sessionsOf(key)).toEqual(['active null']);
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    await transport.terminateSession();
    expect(await sessionsOf(key)).toEqual(['ended closed']);
    await client.close();
  });

  test('frees its place on whichever instance it says so', async () => {
    const key = await keyOf(at(0), 'sara');
    const { client, transport } = await connect(key);
    await end(1, { ...bearer(key), 'mcp-session-id': transport.sessionId ?? '' });
    expect(await sessionsOf(key)).toEqual(['ended closed']);
    await client.close();
  });
});
