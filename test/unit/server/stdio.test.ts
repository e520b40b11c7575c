import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { type StdioConnection, serveStdio } from '../../../src/server/stdio.ts';
import { verifies } from '../../requirements.ts';
import { identity, keys, type TestServer, type TestServerOptions, testServer } from './test-server.ts';

type Message = Record<string, unknown> & { id?: unknown; error?: { code: number; data?: Record<string, unknown> } };

interface Client {
  readonly world: TestServer;
  readonly connection: StdioConnection;
  /** Sends a message, or a line as it is. */
  say(message: object | string): void;
  /** The next message that comes. */
  hear(): Promise<Message>;
  end(): void;
}

const open: StdioConnection[] = [];
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});

async function connect(options: TestServerOptions = {}, key: string = keys.alice): Promise<Client> {
  const world = testServer(options);
  const input = new PassThrough();
  const output = new PassThrough();
  const connection = await serveStdio({
    gate: world.gate,
    runtime: world.runtime,
    identity,
    key,
    input,
    output,
    onPolicyChanged: world.onPolicyChanged,
  });
  open.push(connection);
  const lines = output.setEncoding('utf8').iterator();
  let rest = '';
  return {
    world,
    connection,
    say: message => void input.write(typeof message === 'string' ? message : `${JSON.stringify(message)}\n`),
    async hear() {
      while (!rest.includes('\n')) rest += (await lines.next()).value ?? expect.unreachable('the output has ended');
      const end = rest.indexOf('\n');
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      return JSON.parse(line) as Message;
    },
    end: () => void input.end(),
  };
}

const clientInfo = { name: 'test', version: '1' };
const initialize = {
  jsonrpc: '2.0',
  id: 'init',
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo },
};
const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': clientInfo,
  'io.modelcontextprotocol/clientCapabilities': {},
};
const request = (id: unknown, method: string, params: object = {}) => ({ jsonrpc: '2.0', id, method, params });
const modern = (id: unknown, method: string, params: object = {}) => request(id, method, { ...params, _meta: meta });

describe(`${verifies('PROTO-2')} stdio`, () => {
  test('without a key does not begin', async () => {
    await expect(connect({}, '')).rejects.toMatchObject({
      code: 'KEY_REFUSED',
      publicMessage: 'GATEHOUSE_API_KEY is not set.',
    });
  });

  test('with a bad key does not begin, and the attempt is written down', async () => {
    const world = testServer();
    const parts = { gate: world.gate, runtime: world.runtime, identity, onPolicyChanged: world.onPolicyChanged };
    const streams = { input: new PassThrough(), output: new PassThrough() };
    await expect(serveStdio({ ...parts, ...streams, key: 'gh_wrong' })).rejects.toMatchObject({ code: 'KEY_REFUSED' });
    expect(streams.output.readableLength).toBe(0);
    expect(world.entries.map(({ call, outcome }) => [call.method, outcome.kind])).toEqual([
      ['session/start', 'denied'],
    ]);
  });

  test('serves a 2025 client', async () => {
    const { say, hear, world } = await connect();
    say(initialize);
    expect(await hear()).toMatchObject({ id: 'init', result: { protocolVersion: '2025-06-18' } });
    say({ jsonrpc: '2.0', method: 'notifications/initialized' });
    say(request(1, 'tools/call', { name: 'echo', arguments: { text: 'hi' } }));
    expect(await hear()).toMatchObject({ id: 1, result: { structuredContent: { text: 'hi' } } });
    const { call } = world.entries.at(-1) ?? expect.unreachable();
    expect(call).toMatchObject({
      transport: 'stdio',
      address: 'stdio',
      client: clientInfo,
      protocolVersion: '2025-06-18',
    });
    expect(call.presented?.via).toBe('environment');
  });

  test('serves a 2026 client', async () => {
    const { say, hear } = await connect();
    say(modern(1, 'server/discover'));
    expect(await hear()).toMatchObject({ id: 1, result: { supportedVersions: ['2026-07-28'] } });
    say(modern(2, 'tools/call', { name: 'echo', arguments: {} }));
    expect(await hear()).toMatchObject({ id: 2, result: { resultType: 'complete' } });
    say(modern(3, 'tools/call', { name: 'fail', arguments: {} }));
    expect(await hear()).toMatchObject({ id: 3, result: { resultType: 'complete', isError: true } });
  });

  test.each([
    'tools/list',
    'tools/call',
    'resources/read',
    'prompts/get',
    'completion/complete',
    'subscriptions/listen',
    'server/discover',
    'ping',
    'no/such/method',
  ])(`${verifies('PROTO-5')} refuses %s once the key is gone, and names code and stage`, async method => {
    const { say, hear, world } = await connect();
    say(modern(0, 'server/discover'));
    await hear();
    world.valid.clear();
    world.entries.length = 0;
    say(modern(1, method, { name: 'echo' }));
    expect(await hear()).toMatchObject({ id: 1, error: { data: { code: 'UNAUTHENTICATED', stage: 'authenticate' } } });
    expect(world.entries.map(({ call }) => call.method)).toEqual([method]);
  });

  test('ends when the key is revoked', async () => {
    const { connection, world } = await connect();
    world.valid.clear();
    world.policyChanged();
    expect(await connection.closed).toMatchObject({ code: 'KEY_REFUSED' });
  });

  test('ends when the client goes, after what it has asked for is answered', async () => {
    const { say, hear, end, connection } = await connect();
    say(initialize);
    for (let id = 1; id <= 20; id += 1) say(request(id, 'tools/call', { name: 'echo' }));
    end();
    const answers = new Set<unknown>();
    while (answers.size < 21) answers.add((await hear()).id);
    expect(await connection.closed).toBeUndefined();
  });

  test(`${verifies('PROTO-4')} answers what is no message, and goes on`, async () => {
    const { say, hear, world } = await connect({ settings: { maxBodyBytes: 1000 } });
    const wrong: [string, string][] = [
      ['{"half', 'JSON_INVALID'],
      [`"${'x'.repeat(2000)}"`, 'BODY_TOO_LARGE'],
      ['['.repeat(500), 'JSON_REFUSED'],
      ['{"jsonrpc":"2.0","id":1,"method":"ping","Method":"x"}', 'JSON_REFUSED'],
      ['[]', 'MESSAGE_INVALID'],
      ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', 'MESSAGE_INVALID'],
      ['5', 'MESSAGE_INVALID'],
      ['{"jsonrpc":"1.0","id":1,"method":"ping"}', 'MESSAGE_INVALID'],
    ];
    for (const [line, code] of wrong) {
      say(`${line}\n`);
      expect((await hear()).error?.data).toEqual({ code, solve: expect.any(String), stage: 'admit' });
    }
    say(initialize);
    expect((await hear()).id).toBe('init');
    expect(world.entries.filter(({ outcome }) => outcome.kind === 'denied')).toHaveLength(wrong.length);
  });

  test('an unknown method is written down', async () => {
    const { say, hear, world } = await connect();
    say(initialize);
    await hear();
    say(request(1, 'no/such/method'));
    expect((await hear()).error?.code).toBe(-32601);
    expect(world.entries.at(-1)?.outcome).toMatchObject({ code: 'PROTOCOL_ERROR' });
  });

  test('two requests at once cannot have one id', async () => {
    const { say, hear } = await connect();
    say(initialize);
    await hear();
    say(`${JSON.stringify(request(1, 'tools/call', { name: 'echo' }))}\n${JSON.stringify(request(1, 'ping'))}\n`);
    const answers = [await hear(), await hear()];
    expect(answers.filter(({ error }) => error?.data?.code === 'MESSAGE_INVALID')).toHaveLength(1);
  });

  test(`${verifies('AUD-2')} answers nothing that could not be written down`, async () => {
    const { say, hear, world } = await connect();
    say(initialize);
    await hear();
    world.audit.isBroken = true;
    say(request(1, 'tools/list'));
    say(request(2, 'ping'));
    say(request(3, 'no/such/method'));
    for (const answer of [await hear(), await hear(), await hear()])
      expect(answer.error?.data?.code).toBe('AUDIT_UNAVAILABLE');
  });

  test('tells of changed lists', async () => {
    const { say, hear, world } = await connect();
    say(initialize);
    await hear();
    say({ jsonrpc: '2.0', method: 'notifications/initialized' });
    say(request(1, 'ping'));
    await hear();
    world.policyChanged();
    expect((await hear()).method).toBe('notifications/tools/list_changed');
  });
});
