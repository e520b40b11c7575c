import type { ServerContext } from '@modelcontextprotocol/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../../src/tool/define-tool.ts';
import { verifies } from '../../requirements.ts';
import { type RawAnswer, send } from '../../support/raw-client.ts';
import { keys, type TestServer, testServer } from './test-server.ts';

const talking = defineTool({
  name: 'talking',
  title: 'Talking',
  description: 'Says something while it runs.',
  input: z.strictObject({}),
  output: z.object({}),
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  interactive: true,
  scope: () => 'read',
  touches: () => [],
  async run(_, context) {
    const sdk = context.interaction as ServerContext;
    expect(sdk.http?.req?.headers.get('authorization')).toBeNull();
    expect(sdk.http?.req?.url).not.toContain('?');
    await sdk.mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data: 'half-way' } });
    return { structured: {} };
  },
});

const resource = { name: 'r', list: async () => [], touches: () => [], read: async () => undefined };

let world: TestServer;
let url: string;

beforeAll(async () => {
  world = testServer({ tools: [talking], resources: [resource] });
  ({ url } = await world.server.listen());
});
afterAll(() => world.server.close());

const clientInfo = { name: 'test client', version: '1' };
const opening = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };

function legacy(key: string, request: { method: string; params?: unknown; session?: string }): Promise<RawAnswer> {
  const { method, params, session } = request;
  return send(url, { era: 'legacy', key, method, params, headers: { 'mcp-session-id': session } });
}

async function open(key: string = keys.alice): Promise<string> {
  const answer = await legacy(key, { method: 'initialize', params: opening });
  expect(answer.status).toBe(200);
  const session = answer.headers.get('mcp-session-id');
  expect(session).toMatch(/^gs_/);
  return session ?? '';
}

function stream(session: string, key: string = keys.alice): Promise<Response> {
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${key}`, 'mcp-session-id': session };
  return fetch(url, { headers });
}

/** Resolves with everything that a stream brings until it ends. */
async function rest(response: Response): Promise<string> {
  return response.text().catch(() => 'cut off');
}

describe(`${verifies('PROTO-1')} a session of the 2025 revisions`, () => {
  test('is opened, used, and ended', async () => {
    const session = await open();
    expect((await legacy(keys.alice, { method: 'ping', session })).json?.result).toEqual({});
    expect(
      (await legacy(keys.alice, { method: 'logging/setLevel', params: { level: 'info' }, session })).text,
    ).toContain('result');
    const spoken = await legacy(keys.alice, { method: 'tools/call', params: { name: 'talking' }, session });
    expect(spoken.text).toContain('half-way');
    const ended = await fetch(url, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${keys.alice}`, 'mcp-session-id': session },
    });
    expect(ended.status).toBe(200);
    expect((await legacy(keys.alice, { method: 'ping', session })).status).toBe(404);
    expect(world.entries.map(({ call }) => call.method)).toEqual([
      'initialize',
      'ping',
      'logging/setLevel',
      'tools/call',
      'session/end',
      'ping',
    ]);
    expect(world.entries.slice(0, 5).every(({ call }) => call.client.sessionId === session)).toBe(true);
    expect(world.entries[1]?.call.client.name).toBe('test client');
  });

  test(`${verifies('AUD-2')} does not end without its entry, and no entry says that it ended twice`, async () => {
    const session = await open();
    const headers = { authorization: `Bearer ${keys.alice}`, 'mcp-session-id': session };
    const end = async () => (await fetch(url, { method: 'DELETE', headers })).status;
    const isStored = (count: number) =>
      expect(world.entries.filter(({ outcome }) => outcome.kind === 'ok')).toHaveLength(count);
    world.entries.splice(0);
    world.audit.isBroken = true;
    try {
      expect(await end()).toBe(503);
    } finally {
      world.audit.isBroken = false;
    }
    expect((await legacy(keys.alice, { method: 'tools/call', params: { name: 'talking' }, session })).status).toBe(200);
    isStored(1);
    expect(await end()).toBe(200);
    expect(await end()).toBe(404);
    isStored(2);
  });

  test(`${verifies('AUD-2')} does not begin without its entry`, async () => {
    world.audit.isBroken = true;
    let answer: RawAnswer;
    try {
      answer = await legacy(keys.alice, { method: 'initialize', params: opening });
    } finally {
      world.audit.isBroken = false;
    }
    expect(answer.text).toContain('AUDIT_UNAVAILABLE');
    const session = answer.headers.get('mcp-session-id') ?? '';
    await expect.poll(async () => (await legacy(keys.alice, { method: 'ping', session })).status).toBe(404);
  });

  test.each(['ping', 'tools/call', 'logging/setLevel', 'notifications/initialized', 'initialize'])(
    'is not there for another credential: %s',
    async method => {
      const session = await open();
      const params = method === 'tools/call' ? { name: 'talking' } : { level: 'info' };
      const theirs = await legacy(keys.bob, { method, params, session });
      const nobodys = await legacy(keys.bob, { method, params, session: 'gs_no-such-session' });
      expect(theirs.status).toBe(404);
      expect(theirs.text).toBe(nobodys.text);
    },
  );

  test('is not streamed to, nor ended by, another credential', async () => {
    const session = await open();
    expect((await stream(session, keys.bob)).status).toBe(404);
    const headers = { authorization: `Bearer ${keys.bob}`, 'mcp-session-id': session };
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(404);
    expect((await legacy(keys.alice, { method: 'ping', session })).status).toBe(200);
  });

  test('of another instance is answered as far as it needs no conversation', async () => {
    const session = `gs_${'x'.repeat(32)}`;
    expect((await legacy(keys.alice, { method: 'ping', session })).status).toBe(200);
    const headers = { 'mcp-session-id': session };
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect((await send(url, { era: 'legacy', key: keys.alice, headers, body })).status).toBe(202);
    expect((await legacy(keys.alice, { method: 'tools/call', params: { name: 'talking' }, session })).status).toBe(404);
    expect((await legacy(keys.alice, { method: 'initialize', params: opening, session })).status).toBe(404);
    expect((await stream(session)).status).toBe(404);
    expect((await legacy('gh_wrong', { method: 'ping', session })).status).toBe(401);
  });

  test(`${verifies('AUD-1')} no client can have the log say that something of the server's own has happened`, async () => {
    const session = await open();
    world.entries.splice(0);
    for (const method of ['keys/revoke-all', 'account/sign-in', 'session/stream', 'session/start', 'session/recheck']) {
      const notification = { jsonrpc: '2.0', method };
      const request = { jsonrpc: '2.0', id: 1, method };
      for (const named of [session, `gs_${'x'.repeat(32)}`, undefined]) {
        for (const body of [notification, request, [notification], [request]]) {
          const headers = {
            'mcp-session-id': named,
            ...(Array.isArray(body) && { 'mcp-protocol-version': '2025-03-26' }),
          };
          await send(url, { era: 'legacy', key: keys.alice, headers, body: JSON.stringify(body) });
        }
      }
    }
    expect(world.entries).toHaveLength(60);
    for (const { call, outcome } of world.entries) expect([call.method, outcome.kind]).not.toEqual([call.method, 'ok']);
  });

  test('asks for the key with every request', async () => {
    const session = await open();
    expect((await send(url, { era: 'legacy', method: 'ping', headers: { 'mcp-session-id': session } })).status).toBe(
      401,
    );
  });

  test('has one stream for what the server says by itself, which ends with the key', async () => {
    const key = 'gh_cccccccc_carol';
    world.valid.add(key);
    const session = await open(key);
    const response = await stream(session, key);
    expect(response.status).toBe(200);
    world.policyChanged();
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('notifications/tools/list_changed');
    reader?.releaseLock();
    world.valid.delete(key);
    world.policyChanged();
    await rest(response);
    expect((await legacy(key, { method: 'ping', session })).status).toBe(401);
  });

  test('GET without one is not offered', async () => {
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${keys.alice}` };
    const answer = await fetch(url, { headers });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('a subscription', () => {
  const listen = { method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true } } };

  test('is written down before it begins, told of changes, and ends with the key', async () => {
    const key = 'gh_dddddddd_dave';
    world.valid.add(key);
    world.entries.length = 0;
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${key}`,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': listen.method,
    };
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': clientInfo,
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...listen, params: { ...listen.params, _meta: meta } });
    const response = await fetch(url, { method: 'POST', headers, body });
    expect(response.status).toBe(200);
    expect(world.entries.map(({ call, outcome }) => `${call.method} ${outcome.kind}`)).toEqual([
      'subscriptions/listen ok',
    ]);
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    expect(decoder.decode((await reader?.read())?.value)).toContain('acknowledged');
    world.policyChanged();
    expect(decoder.decode((await reader?.read())?.value)).toContain('notifications/tools/list_changed');
    reader?.releaseLock();
    world.valid.delete(key);
    world.policyChanged();
    await rest(response);
  });
});

test('without a session a talking tool streams in both eras', async () => {
  for (const era of ['modern', 'legacy'] as const) {
    const answer = await send(url, {
      era,
      key: keys.alice,
      method: 'tools/call',
      params: { name: 'talking', arguments: {} },
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.text).toContain('half-way');
    expect(answer.text).toContain('"structuredContent":{}');
  }
});

test('stopping ends streams and finishes', async () => {
  const other = testServer();
  const { url: otherUrl } = await other.server.listen();
  const answer = await send(otherUrl, { era: 'legacy', key: keys.alice, method: 'initialize', params: opening });
  const headers = {
    accept: 'text/event-stream',
    authorization: `Bearer ${keys.alice}`,
    'mcp-session-id': answer.headers.get('mcp-session-id') ?? '',
  };
  const open = await fetch(otherUrl, { headers });
  await Promise.all([other.server.close(), rest(open)]);
  await other.server.close();
  await expect(fetch(otherUrl)).rejects.toThrow();
});
