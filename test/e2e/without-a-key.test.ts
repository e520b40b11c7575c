import { request as httpRequest } from 'node:http';
import {
  ClientNotificationSchema,
  ClientRequestSchema,
  ServerNotificationSchema,
  ServerRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMethods } from '../../src/pipeline/methods.ts';
import { verifies } from '../requirements.ts';
import { auditOf } from '../support/people.ts';
import { send } from '../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

/** Every request method of any revision that the SDK knows, and some that nobody has. */
const methods = [
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'subscriptions/listen',
  'tasks/get',
  'tasks/list',
  'tasks/result',
  'tasks/cancel',
  'sampling/createMessage',
  'elicitation/create',
  'roots/list',
  'records/read',
  '',
];

/** What a stranger gets of every route beside `/mcp`; a route that is not named here is a way in that nobody has looked at. */
const strangersAnswers: Readonly<Record<string, number>> = {
  'get /.well-known/oauth-authorization-server': 200,
  'get /.well-known/oauth-protected-resource': 200,
  'get /.well-known/oauth-protected-resource/mcp': 200,
  'get /.well-known/openid-configuration': 200,
  'get /keys/handover/:token': 410,
  'get /mcp/oauth/apps': 200,
  'get /mcp/oauth/authorize': 400,
  'get /mcp/oauth/authorize/:uid': 400,
  'get /mcp/oauth/interaction/:uid': 404,
  'get /mcp/oauth/jwks.json': 200,
  'get /metrics': 403,
  'get /records/:model/:id': 200,
  'post /keys/handover/:token': 410,
  'post /mcp/oauth/apps/code': 403,
  'post /mcp/oauth/apps/end': 403,
  'post /mcp/oauth/apps/sign-in': 403,
  'post /mcp/oauth/apps/sign-out': 403,
  'post /mcp/oauth/interaction/:uid/code': 403,
  'post /mcp/oauth/interaction/:uid/consent': 403,
  'post /mcp/oauth/interaction/:uid/sign-in': 403,
  'post /mcp/oauth/register': 400,
  'post /mcp/oauth/revoke': 401,
  'post /mcp/oauth/token': 401,
};

describeOnStores(`${verifies('PROTO-5')} without a key`, open => {
  let store: TestStore;
  let gatehouse: TestGatehouse;

  beforeAll(async () => {
    store = await open();
    gatehouse = await startGatehouse({ config: exampleWith(store) });
  });

  afterAll(async () => {
    await gatehouse.stop();
    await store.drop();
  });

  /** A name from the demo that must appear nowhere. */
  const secrets = /crm\.partner|hr\.employee|sale\.order|tidewater/i;

  test('the methods are all that the server and the SDK know', () => {
    const ours = [...createMethods(gatehouse.app.catalog, () => expect.unreachable()).keys()];
    const theirs = [...ClientRequestSchema.options, ...ServerRequestSchema.options].map(({ shape }) =>
      String(shape.method.value),
    );
    expect(methods).toEqual(expect.arrayContaining([...ours, ...theirs]));
  });

  test('a notification, an answer and a batch are refused as well, whatever they say', async () => {
    const notifications = [...ClientNotificationSchema.options, ...ServerNotificationSchema.options].map(
      ({ shape }) => ({ jsonrpc: '2.0', method: shape.method.value }),
    );
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_models', arguments: {} } };
    const bodies = [...notifications, { jsonrpc: '2.0', id: 1, result: {} }, [call], [...notifications, call, call]];
    for (const body of bodies) {
      const headers = { 'mcp-protocol-version': Array.isArray(body) ? '2025-03-26' : '2025-06-18' };
      const { status, text } = await send(gatehouse.url, { era: 'legacy', headers, body: JSON.stringify(body) });
      expect([JSON.stringify(body), status]).toEqual([JSON.stringify(body), 401]);
      expect(text).not.toMatch(secrets);
    }
  });

  describe.each(['modern', 'legacy'] as const)('%s', era => {
    test.each(methods)('the method "%s" is refused, and the refusal is logged', async method => {
      const before = (await auditOf(gatehouse, 1000)).length;
      const params = { name: 'search', uri: 'gatehouse://model/crm.partner', arguments: { query: 'a' } };
      const answer = await send(gatehouse.url, { era, method, params });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.json?.result).toBeUndefined();
      expect(answer.text).not.toMatch(secrets);
      expect((await auditOf(gatehouse, 1000)).length).toBe(before + 1);
    });
  });

  test.each(['GET', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'TRACE'])('%s /mcp gives nothing', async method => {
    const { status, text } = await plain({ method, path: '/mcp', headers: { 'mcp-session-id': 'a'.repeat(32) } });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).not.toMatch(secrets);
  });

  test.each([
    '/mcp/',
    '/MCP',
    '//mcp',
    '/mcp/x',
    '/mcp%2f',
    '/%6dcp',
    '/./mcp',
    '/x/../mcp',
    '/mcp;x',
    '/sse',
    '/message',
    '/api/crm.partner',
    '/connect/1',
    '/records',
    '/metrics',
    '/.env',
    '/mcp.config.ts',
    '/../mcp.config.ts',
  ])('%s is no second way in', async path => {
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'list_models', arguments: {} },
    });
    for (const method of ['GET', 'POST']) {
      const { status, text } = await plain({ method, path, headers: { 'content-type': 'application/json' }, body });
      expect([path, method, status >= 400]).toEqual([path, method, true]);
      expect(text).not.toMatch(secrets);
    }
  });

  test('every other route says by itself why it needs no key, and shows no record', async () => {
    const id = (
      await gatehouse.app.runtime.store.find({ model: 'crm.partner', where: { kind: 'all', of: [] }, limit: 1 })
    )[0]?.id;
    const paths = gatehouse.app.routes.map(({ path, method, access }) => {
      expect(access.length).toBeGreaterThan(10);
      return { path: path.replace(':model', 'crm.partner').replace(':id', id ?? ''), method: method.toUpperCase() };
    });
    for (const { path, method } of [
      ...paths,
      { path: '/healthz', method: 'GET' },
      { path: '/readyz', method: 'GET' },
    ]) {
      const { text } = await plain({ method, path });
      expect(text.replaceAll(/crm\.partner\/[0-9a-f]{24}/g, '')).not.toMatch(secrets);
    }
  });

  test('every registered route, by every HTTP method, gives a stranger what it is meant to and no more', async () => {
    const { routes } = gatehouse.app;
    expect(routes.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(Object.keys(strangersAnswers));
    for (const path of new Set(routes.map(route => route.path))) {
      const place = path.replaceAll(/:\w+/g, 'a'.repeat(24));
      for (const method of ['get', 'post', 'put', 'patch', 'delete', 'trace', 'propfind']) {
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        const body = 'form_token=x&login=admin&password=x&code=1&decision=approve&scope=read&client_id=x&token=x';
        const { status, text } = await plain({ method: method.toUpperCase(), path: place, headers, body });
        expect([method, path, status]).toEqual([method, path, strangersAnswers[`${method} ${path}`] ?? 404]);
        expect(text).not.toMatch(secrets);
      }
    }
  });

  /** As it stands, without a library that tidies the path. */
  function plain(input: { method: string; path: string; headers?: Record<string, string>; body?: string }) {
    return new Promise<{ status: number; text: string }>((resolve, reject) => {
      const { hostname, port } = new URL(gatehouse.origin);
      const request = httpRequest({
        hostname,
        port,
        path: input.path,
        method: input.method,
        headers: input.headers ?? {},
      });
      request.on('response', response => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', chunk => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      request.on('error', reject);
      request.end(input.method === 'POST' ? input.body : undefined);
    });
  }
});
