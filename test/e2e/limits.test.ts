import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { equals } from '../../src/index.ts';
import { verifies } from '../requirements.ts';
import { auditOf, keyOf } from '../support/people.ts';
import { callTool, send } from '../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

const minute = 60_000;

describeOnStores('limits, as an attacker tries them', open => {
  let store: TestStore;
  let gatehouse: TestGatehouse;
  /** A second instance on the same database. */
  let twin: TestGatehouse;
  /** Stands still but where a test moves it: windows and sessions end in a test alone. */
  let time = Date.parse('2026-11-23T12:00:00Z');
  const now = () => time;

  beforeAll(async () => {
    store = await open();
    const config = exampleWith(store, { server: { trustedProxies: ['127.0.0.1/32'] } });
    gatehouse = await startGatehouse({ config, now });
    twin = await startGatehouse({ config, now });
  });

  afterAll(async () => {
    await twin.stop();
    await gatehouse.stop();
    await store.drop();
  });

  /** `count` first calls at once, each of another client, in turn on both instances. */
  async function firstCalls(key: string, count: number): Promise<number[]> {
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        send([gatehouse, twin][index % 2]?.url ?? '', { key, headers: { 'user-agent': `client ${index}` } }),
      ),
    );
    return answers.map(({ status }) => status);
  }

  test(`${verifies('SES-2')} 50 concurrent first calls on two instances against a limit of 3: exactly 3 pass`, async () => {
    const key = await keyOf(gatehouse, 'sara', { maxSessions: 3 });
    const statuses = await firstCalls(key, 50);
    expect(statuses.filter(status => status === 200)).toHaveLength(3);
    expect(statuses.filter(status => status === 429)).toHaveLength(47);
    const denied = (await auditOf(gatehouse, 100)).filter(({ code }) => code === 'SESSION_LIMIT');
    expect(denied).toHaveLength(47);
  });

  test(`${verifies('SES-2')} 50 sessions of the protocol at once, all of one client, against a limit of 3: exactly 3 are opened`, async () => {
    const key = await keyOf(gatehouse, 'sara', { maxSessions: 3 });
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'one', version: '1' } };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        send([gatehouse, twin][index % 2]?.url ?? '', { key, era: 'legacy', method: 'initialize', params }),
      ),
    );
    const opened = answers.filter(({ status }) => status === 200);
    expect(opened).toHaveLength(3);
    expect(new Set(opened.map(({ headers }) => headers.get('mcp-session-id'))).size).toBe(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(47);
  });

  test(`${verifies('SES-1', 'SES-2')} who has a session goes on; an idle one makes room`, async () => {
    const key = await keyOf(gatehouse, 'sara', { maxSessions: 1, sessionIdleMinutes: 5 });
    const as = (client: string) => send(gatehouse.url, { key, headers: { 'user-agent': client } });
    expect((await as('first')).status).toBe(200);
    expect((await as('first')).status).toBe(200);
    expect((await as('second')).status).toBe(429);
    time += 6 * minute;
    expect((await as('second')).status).toBe(200);
  });

  test(`${verifies('RATE-1', 'RATE-2')} the window slides: no more than the limit in any 60 seconds, at its edge neither`, async () => {
    const key = await keyOf(gatehouse, 'sara', { rate: 5 });
    const call = () => send(gatehouse.url, { key });
    time += minute;
    const burst = await Promise.all(Array.from({ length: 8 }, call));
    expect(burst.filter(({ status }) => status === 200)).toHaveLength(5);
    const refused = burst.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(refused?.headers.get('x-ratelimit-remaining')).toBe('0');
    time += minute - 2000;
    expect((await call()).status).toBe(429);
    time += 2001;
    const again = await call();
    expect([again.status, again.headers.get('x-ratelimit-limit')]).toEqual([200, '5']);
  });

  test(`${verifies('RATE-1', 'PROTO-5')} a batch counts as many calls as it holds, and several at once no less`, async () => {
    const key = await keyOf(gatehouse, 'sara', { rate: 5 });
    time += minute;
    const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/list', params: {} });
    const body = JSON.stringify(Array.from({ length: 20 }, (_, id) => ping(id)));
    const headers = { 'mcp-protocol-version': '2025-03-26' };
    const answers = await Promise.all([1, 2, 3].map(() => send(gatehouse.url, { key, era: 'legacy', headers, body })));
    const lists = answers.map(({ text }) => text.match(/"result":/g)?.length ?? 0);
    expect(lists.reduce((sum, count) => sum + count)).toBe(5);
  });

  describe(verifies('NET-1', 'NET-2'), () => {
    const from = (address: string, key: string) =>
      send(gatehouse.url, { key, headers: { 'x-forwarded-for': address } });

    test('a denied range is denied however the address is written', async () => {
      const key = await keyOf(gatehouse, 'sara', { deny: ['203.0.113.0/24'] });
      expect((await from('198.51.100.7', key)).status).toBe(200);
      for (const address of ['203.0.113.9', '::ffff:203.0.113.9', '::ffff:cb00:7109', '[::ffff:203.0.113.9]:443']) {
        expect([address, (await from(address, key)).status]).toEqual([address, 403]);
      }
    });

    test('what the client itself wrote into X-Forwarded-For is not believed', async () => {
      const key = await keyOf(gatehouse, 'sara', { allow: ['192.0.2.0/24'] });
      expect((await from('192.0.2.1', key)).status).toBe(200);
      for (const forged of ['192.0.2.1, 198.51.100.7', '192.0.2.1, garbage', '198.51.100.7']) {
        expect([forged, (await from(forged, key)).status]).toEqual([forged, 403]);
      }
      const others = ['forwarded', 'x-real-ip', 'x-client-ip', 'true-client-ip', 'cf-connecting-ip', 'x-forwarded'];
      for (const header of others) {
        const forged = { [header]: header === 'forwarded' ? 'for=192.0.2.1' : '192.0.2.1' };
        expect([header, (await send(gatehouse.url, { key, headers: forged })).status]).toEqual([header, 403]);
      }
    });

    test('without a proxy of ours no header counts, and a connection over IPv6 is judged by its IPv4 address', async () => {
      const direct = await startGatehouse({ config: exampleWith(store, { server: { host: '::' } }) });
      try {
        const { port } = new URL(direct.url);
        const [onlyThere, onlyHere, notHere] = [
          await keyOf(direct, 'sara', { allow: ['192.0.2.0/24'] }),
          await keyOf(direct, 'sara', { allow: ['127.0.0.0/8'] }),
          await keyOf(direct, 'sara', { deny: ['::ffff:127.0.0.0/104'] }),
        ];
        // Listening on ::, the system names it ::ffff:127.0.0.1.
        const statusOf = async (key: string, forged?: string) =>
          (await send(`http://127.0.0.1:${port}/mcp`, { key, headers: { 'x-forwarded-for': forged } })).status;
        expect(await statusOf(onlyHere)).toBe(200);
        expect(await statusOf(notHere)).toBe(403);
        for (const forged of ['192.0.2.1', '192.0.2.1, 127.0.0.1', '::ffff:192.0.2.1']) {
          expect([forged, await statusOf(onlyThere, forged)]).toEqual([forged, 403]);
          expect([forged, await statusOf(notHere, forged)]).toEqual([forged, 403]);
          expect([forged, await statusOf(onlyHere, forged)]).toEqual([forged, 200]);
        }
      } finally {
        await direct.stop();
      }
    });
  });

  test(`${verifies('KEY-5')} a key revoked on one instance is refused at once there, and soon on the other`, async () => {
    const key = await keyOf(gatehouse, 'sara');
    expect((await send(twin.url, { key })).status).toBe(200);
    expect((await send(gatehouse.url, { key })).status).toBe(200);
    const prefix = key.split('_')[1] ?? '';
    const keys = gatehouse.app.runtime.system('test').of('security.api-key');
    const [record] = (await keys.search({ domain: [['prefix', '=', prefix]] })).records;
    await keys.write([record?.id ?? ''], { expires_at: new Date(now() - 1000).toISOString() });
    expect((await send(gatehouse.url, { key })).status).toBe(401);
    await expect.poll(async () => (await send(twin.url, { key })).status, { timeout: 20_000, interval: 50 }).toBe(401);
  });

  test(`${verifies('KEY-9')} unknown, wrong, mistyped and expired keys look the same`, async () => {
    const expired = await keyOf(gatehouse, 'sara', { expiresAt: new Date(now() + minute).toISOString() });
    const valid = await keyOf(gatehouse, 'sara');
    time += 2 * minute;
    const unknown = await keyOf(gatehouse, 'sara');
    await gatehouse.app.runtime.store.write([
      {
        kind: 'remove',
        model: 'security.api-key',
        where: { kind: 'compare', field: 'prefix', operator: '=', value: unknown.split('_')[1] ?? '' },
      },
    ]);
    const answers = await Promise.all(
      [expired, unknown, `${valid.slice(0, -1)}${valid.endsWith('x') ? 'y' : 'x'}`, 'gh_', 'nonsense', undefined].map(
        key => callTool(gatehouse.url, 'list_models', {}, { key }),
      ),
    );
    for (const { status } of answers) expect(status).toBe(401);
    // What has not even the form of a key is no key's business; its form is no secret.
    const presented = answers.slice(0, -2);
    expect(new Set(presented.map(({ text, headers }) => text + headers.get('www-authenticate')))).toHaveLength(1);
    const reasons = (await auditOf(gatehouse, 20))
      .filter(({ stage }) => stage === 'authenticate')
      .map(({ reason }) => reason);
    expect(new Set(reasons).size).toBeGreaterThanOrEqual(4);
  });

  test(`${verifies('KEY-6')} a key in the URL is refused, though it is valid`, async () => {
    const key = await keyOf(gatehouse, 'sara');
    for (const query of [`key=${key}`, `access_token=${key}`, `x=${key}`]) {
      const answer = await send(`${gatehouse.url}?${query}`, {});
      expect([query.split('=')[0], answer.status]).toEqual([query.split('=')[0], 401]);
    }
    for (const query of [`key=${key}`, `a=1?key=${key}`, `?${key}`, `a=1&b=%67h_${key.slice(3)}`, `${key}=a`]) {
      expect([query.length, (await send(`${gatehouse.url}?${query}`, { key })).status]).toEqual([query.length, 401]);
    }
    expect((await send(gatehouse.url, { headers: { 'x-api-key': key } })).status).toBe(200);
  });

  test(`${verifies('KEY-6')} a key in the URL is refused as that, and reported, whatever else is wrong with the request`, async () => {
    const key = await keyOf(gatehouse, 'sara');
    const leaks = () =>
      gatehouse.app.runtime.store.find({ model: 'security.alert', where: equals('type', 'leaked_key') });
    const headers = { 'content-type': 'text/plain' };
    for (const init of [
      { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } },
      { method: 'POST', body: 'x', headers },
      { method: 'GET' },
      { method: 'PUT', body: 'x', headers },
    ]) {
      expect((await fetch(`${gatehouse.url}?key=${key}`, init)).status).toBe(401);
    }
    const prefix = key.split('_')[1] ?? '';
    await expect
      .poll(async () => (await leaks()).find(({ subject }) => String(subject).includes(prefix))?.count, {
        timeout: 15_000,
      })
      .toBe(4);
  });
});
