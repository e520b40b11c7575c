import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Guard } from '../../../src/plugin/scope.ts';
import { maxStreams } from '../../../src/server/live-streams.ts';
import { defineTool } from '../../../src/tool/define-tool.ts';
import { verifies } from '../../requirements.ts';
import { send } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';
import { keys, type TestServer, testServer } from './test-server.ts';

/*
 * Clients that hang up while it is being decided whether they are let in: nothing may be left of them.
 */

/** What holds up calls of the user agent `leaving` until it is opened. */
let door: PromiseWithResolvers<void>;
/** Calls that wait at the door. */
let waiting: number;
/** Responses whose client has gone. */
let gone: number;
let world: TestServer;
let url: string;
let answerable: PromiseWithResolvers<void>;
let asked: boolean;

const doorkeeper: Guard<'network'> = {
  name: 'door',
  async check({ client }) {
    if (client.userAgent !== 'leaving') return;
    waiting += 1;
    await door.promise;
  },
};

const slow = defineTool({
  name: 'slow',
  title: 'Slow',
  description: 'Answers when it is told to.',
  input: z.strictObject({}),
  output: z.object({}),
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  scope: () => 'read',
  touches: () => [],
  async run() {
    asked = true;
    await answerable.promise;
    return { structured: {} };
  },
});

function watch(message: unknown): void {
  const { response } = message as { response: ServerResponse };
  response.once('close', () => {
    if (!response.writableFinished) gone += 1;
  });
}

beforeEach(async () => {
  [door, answerable] = [Promise.withResolvers(), Promise.withResolvers()];
  [waiting, gone, asked] = [0, 0, false];
  subscribe('http.server.request.start', watch);
  const settings = { shutdownTimeLimit: 60_000 };
  world = testServer({ guards: [['network', doorkeeper as Guard]], tools: [slow], settings });
  ({ url } = await world.server.listen());
});

afterEach(async () => {
  unsubscribe('http.server.request.start', watch);
  door.resolve();
  answerable.resolve();
  await world.server.close();
});

const common = { authorization: `Bearer ${keys.alice}`, accept: 'application/json, text/event-stream' };
const opening = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
const listen = {
  method: 'subscriptions/listen',
  params: {
    notifications: { toolsListChanged: true },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
};
const listening = {
  ...common,
  'content-type': 'application/json',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': listen.method,
};

async function openSession(): Promise<string> {
  const answer = await send(url, { era: 'legacy', key: keys.alice, method: 'initialize', params: opening });
  return answer.headers.get('mcp-session-id') ?? '';
}

/** Sends a request, and hangs up while it is at the door; the server knows of it when this resolves. */
async function leave(method: 'GET' | 'POST', headers: Record<string, string>, body = ''): Promise<void> {
  const before = { waiting, gone };
  const lines = Object.entries({ ...headers, 'user-agent': 'leaving', 'content-length': String(body.length) });
  const head = [`${method} /mcp HTTP/1.1`, `host: ${new URL(url).host}`, ...lines.map(line => line.join(': '))];
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
  socket.on('error', () => undefined);
  await until(() => waiting > before.waiting);
  socket.destroy();
  await until(() => gone > before.gone);
}

test('the stream of a session that nobody took up can be opened by the next', async () => {
  const session = await openSession();
  const headers = { ...common, 'mcp-session-id': session };
  await leave('GET', headers);
  door.resolve();
  await until(() => world.entries.some(({ call }) => call.method === 'session/stream'));
  const stream = await fetch(url, { headers });
  expect(stream.status).toBe(200);
  await stream.body?.cancel();
});

test(`${verifies('OPS-1')} clients that leave a stream unread do not shorten the wait for calls in flight`, async () => {
  const session = await openSession();
  await leave('GET', { ...common, 'mcp-session-id': session });
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...listen });
  for (let count = 0; count < 3; count += 1) await leave('POST', listening, body);
  door.resolve();
  await until(() => world.entries.length === 5);
  const answer = send(url, { key: keys.alice, method: 'tools/call', params: { name: 'slow', arguments: {} } });
  await until(() => asked);
  const closing = world.server.close();
  await send(url, { key: keys.alice }).catch(() => undefined);
  answerable.resolve();
  expect((await answer).status).toBe(200);
  await closing;
});

test('of many that subscribe at once no more are let in than one after another', async () => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...listen });
  const headers = { ...listening, 'user-agent': 'leaving' };
  world.audit.delay = () => new Promise(resolve => setTimeout(resolve, 20));
  const asking = Array.from({ length: maxStreams + 20 }, () => fetch(url, { method: 'POST', headers, body }));
  await until(() => waiting === asking.length);
  door.resolve();
  const answers = await Promise.all(asking);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(maxStreams);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
  await Promise.all(answers.map(({ body: stream }) => stream?.cancel()));
});
