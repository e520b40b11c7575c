import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '../../../src/plugin/scope.ts';
import { verifies } from '../../requirements.ts';
import { send } from '../../support/raw-client.ts';
import { keys, type TestServer, testServer } from './test-server.ts';

const routes: Route[] = [
  {
    method: 'get',
    path: '/plugin/where',
    access: 'open: says where the caller is',
    handle: (_, response) => void response.json({ address: response.locals.clientAddress }),
  },
  {
    method: 'get',
    path: '/plugin/items/:item',
    access: 'open: says what was asked for',
    handle: ({ params }, response) => void response.json({ item: params.item }),
  },
  {
    method: 'get',
    path: '/plugin/broken',
    access: 'open: fails',
    handle() {
      throw new Error('secret internals');
    },
  },
];

let world: TestServer;
let url: string;
let origin: string;

beforeAll(async () => {
  world = testServer({ routes });
  ({ url } = await world.server.listen());
  origin = new URL(url).origin;
});
afterAll(() => world.server.close());

/** What the log says about everything since the last look. */
function logged(): string[] {
  return world.entries.splice(0).map(({ call, outcome }) => {
    const how = outcome.kind === 'ok' ? 'ok' : `${outcome.kind === 'denied' ? `${outcome.stage} ` : ''}${outcome.code}`;
    return `${call.method || '-'}: ${how}`;
  });
}

/** Sends bytes as they are; answers with the bytes that came back. */
function raw(text: string, options: { end?: boolean } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      if (options.end) socket.end(text);
      else socket.write(text);
    });
    let answer = '';
    socket.on('data', data => {
      answer += data;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

const host = () => new URL(url).host;
const good = { key: keys.alice };

describe('the answer', () => {
  test.each(['modern', 'legacy'] as const)(
    `${verifies('PROTO-1')} to a plain request is one JSON object (%s)`,
    async era => {
      const answer = await send(url, {
        ...good,
        era,
        method: 'tools/call',
        params: { name: 'echo', arguments: { text: 'hi' } },
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/json');
      expect(answer.headers.get('x-ratelimit-limit')).toBe('60');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('x-powered-by')).toBeNull();
      expect(answer.json?.result?.structuredContent).toEqual({ text: 'hi' });
      expect(logged()).toEqual(['tools/call: ok']);
    },
  );

  test(`${verifies('AUD-2')} does not leave while the log cannot be written`, async () => {
    world.audit.isBroken = true;
    const answers = [
      await send(url, good),
      await send(url, { ...good, method: 'server/discover' }),
      await send(url, { ...good, method: 'no/such/method' }),
      await send(url, { ...good, method: 'subscriptions/listen', params: { notifications: {} } }),
      await send(url, { ...good, body: '{"' }),
      await send(url, { method: 'tools/list' }),
    ];
    const stream = await send(url, { ...good, era: 'legacy', method: 'initialize', params: initialize });
    world.audit.isBroken = false;
    expect(stream.text).toContain('AUDIT_UNAVAILABLE');
    expect(stream.text).not.toContain('protocolVersion');
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.text).toContain('AUDIT_UNAVAILABLE');
      expect(answer.text).not.toContain('disk full');
    }
  });

  test('to a failure says nothing about it', async () => {
    const answer = await send(url, { ...good, method: 'tools/call', params: { name: 'fail', arguments: {} } });
    expect(answer.json?.result).toMatchObject({ isError: true, resultType: 'complete' });
    expect(answer.text).not.toContain('passwd');
    expect(logged()).toEqual(['tools/call: INTERNAL']);
  });

  test('to a request that the SDK answers is written down before it leaves', async () => {
    const answer = await send(url, { ...good, method: 'server/discover' });
    expect(answer.json?.result).toMatchObject({ supportedVersions: ['2026-07-28'] });
    expect((await send(url, { ...good, method: 'no/such/method' })).status).toBe(404);
    expect((await send(url, { ...good, era: 'legacy', method: 'no/such/method' })).text).toContain('-32601');
    expect(logged()).toEqual([
      'server/discover: ok',
      'no/such/method: PROTOCOL_ERROR',
      'no/such/method: PROTOCOL_ERROR',
    ]);
  });

  test('to parameters of the wrong type is an error of the caller', async () => {
    for (const era of ['modern', 'legacy'] as const) {
      const answer = await send(url, { ...good, era, method: 'tools/list', params: { cursor: 5 } });
      expect(answer.json?.error?.code).toBe(-32602);
    }
    logged();
  });
});

const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };

describe('who calls', () => {
  const methods = ['tools/list', 'tools/call', 'resources/read', 'prompts/get', 'completion/complete', 'ping'];
  const others = ['initialize', 'server/discover', 'logging/setLevel', 'subscriptions/listen', 'no/such/method'];

  test.each([...methods, ...others])(
    `${verifies('PROTO-5')} %s without a key is refused and written down`,
    async method => {
      for (const era of ['modern', 'legacy'] as const) {
        const answer = await send(url, { era, method });
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="gatehouse"');
        expect(answer.json?.error?.data).toEqual({ code: 'UNAUTHENTICATED', solve: expect.any(String) });
        expect(answer.json?.id).toBe(1);
        expect(logged()).toEqual([`${method}: authenticate UNAUTHENTICATED`]);
      }
    },
  );

  test(`${verifies('PROTO-5')} so is a notification, an answer, a stream, an end, a batch`, async () => {
    const bodies = [
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 1, result: {} },
      [{ jsonrpc: '2.0', id: 1, method: 'tools/list' }],
    ];
    for (const body of bodies) {
      const headers = { 'mcp-protocol-version': undefined };
      expect((await send(url, { era: 'legacy', headers, body: JSON.stringify(body) })).status).toBe(401);
    }
    for (const method of ['GET', 'DELETE']) {
      const headers = { accept: 'text/event-stream', 'mcp-session-id': `gs_${'a'.repeat(32)}` };
      expect((await fetch(url, { method, headers })).status).toBe(401);
    }
    expect(logged()).toHaveLength(5);
  });

  test(`${verifies('KEY-6')} a key in the URL is refused, with a good header beside it too`, async () => {
    expect((await send(`${url}?key=${keys.alice}`, good)).status).toBe(401);
    expect((await send(`${url}?x=${keys.alice}`, {})).status).toBe(401);
    expect((await fetch(`${url}?token=${keys.alice}`, { headers: { accept: 'text/event-stream' } })).status).toBe(401);
    expect(logged()).toHaveLength(3);
  });

  test(`${verifies('KEY-6')} X-API-Key counts; two different keys do not`, async () => {
    expect((await send(url, { headers: { 'x-api-key': keys.alice } })).status).toBe(200);
    expect((await send(url, { ...good, headers: { 'x-api-key': keys.bob } })).status).toBe(400);
    expect(logged()).toEqual(['tools/list: ok', '-: admit CREDENTIAL_AMBIGUOUS']);
  });
});

describe('what is refused before the stages', () => {
  test.each([
    ['a body that is no JSON', { body: '{' }, 400, 'JSON_INVALID'],
    ['an empty body', { body: ' ' }, 400, 'JSON_INVALID'],
    ['a member twice', { body: '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}' }, 400, 'JSON_REFUSED'],
    [
      'a prototype',
      { body: '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"__proto__":{}}}' },
      400,
      'JSON_REFUSED',
    ],
    ['deep nesting', { body: '['.repeat(5000) }, 400, 'JSON_REFUSED'],
    ['a large body', { body: JSON.stringify('x'.repeat(10_001)) }, 413, 'BODY_TOO_LARGE'],
    ['another type', { headers: { 'content-type': 'text/plain' } }, 415, 'CONTENT_TYPE_UNSUPPORTED'],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, 'CONTENT_TYPE_UNSUPPORTED'],
    [
      'a type that begins like it',
      { headers: { 'content-type': 'application/jsonp' } },
      415,
      'CONTENT_TYPE_UNSUPPORTED',
    ],
    [
      'another charset',
      { headers: { 'content-type': 'application/json; charset="UTF-16LE"' } },
      415,
      'CONTENT_TYPE_UNSUPPORTED',
    ],
    ['a compressed body', { headers: { 'content-encoding': 'gzip' } }, 415, 'CONTENT_TYPE_UNSUPPORTED'],
    ['a page from elsewhere', { headers: { origin: 'https://evil.example.com' } }, 403, 'ORIGIN_NOT_ALLOWED'],
  ])(`${verifies('PROTO-4')} %s: an error of its own, written down`, async (_, request, status, code) => {
    const answer = await send(url, { ...good, ...request });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ jsonrpc: '2.0', id: null, error: { data: { code } } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(logged()).toEqual([`-: admit ${code}`]);
  });

  test.each(['{', ' ', '{"a":1,"a":2}', JSON.stringify(Array(21).fill({ jsonrpc: '2.0', id: 1, method: 'ping' }))])(
    `${verifies('PROTO-4')} a stranger is told nothing about what was read but to say who it is: %j`,
    async body => {
      for (const key of [undefined, 'gh_cccccccc_guess']) {
        const answer = await send(url, { key, body, headers: { 'mcp-protocol-version': undefined } });
        expect(answer.status).toBe(401);
        expect(logged()).toEqual(['-: authenticate UNAUTHENTICATED']);
      }
    },
  );

  test.each(['tools/list', 'subscriptions/listen'])(
    `${verifies('PROTO-4')} an id that would be kept as long as a stream is open has a limit (%s)`,
    async method => {
      const meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      };
      const asked = (id: string) =>
        JSON.stringify({
          jsonrpc: '2.0',
          id,
          method,
          params: { _meta: meta, ...(method !== 'tools/list' && { notifications: {} }) },
        });
      const refused = await send(url, { ...good, method, body: asked('x'.repeat(257)) });
      expect(refused.status).toBe(400);
      expect(refused.json?.error?.message).toContain('256 characters');
      expect((await send(url, { ...good, method, body: asked('x'.repeat(256)) })).status).toBe(200);
      expect(logged()).toEqual([`${method}: scope MESSAGE_INVALID`, `${method}: ok`]);
    },
  );

  describe('a body of a hundred kilobytes', () => {
    const body = `{"jsonrpc":${' '.repeat(100_000)}`;
    let roomy: TestServer;
    let there: string;
    const heard = () =>
      roomy.entries
        .splice(0)
        .map(({ call, outcome }) => [call.method, outcome.kind, 'code' in outcome && outcome.code]);
    beforeAll(async () => {
      roomy = testServer({ settings: { maxBodyBytes: 200_000 } });
      ({ url: there } = await roomy.server.listen());
    });
    afterAll(() => roomy.server.close());

    test.each([
      ['without a key', undefined],
      ['with a wrong one', 'gh_cccccccc_guess'],
    ])(`${verifies('PROTO-4')} is not parsed for a stranger, %s`, async (_, key) => {
      const answer = await send(there, { key, body });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      expect(heard()).toEqual([['', 'denied', 'UNAUTHENTICATED']]);
    });

    test('is parsed for a caller that is known, and is one call', async () => {
      expect((await send(there, { key: keys.alice, body })).json).toMatchObject({
        error: { data: { code: 'JSON_INVALID' } },
      });
      expect(heard()).toEqual([['', 'denied', 'JSON_INVALID']]);
      const params = { name: 'echo', arguments: { text: 'x'.repeat(100_000) } };
      expect((await send(there, { ...good, key: keys.alice, method: 'tools/call', params })).status).toBe(200);
      expect(heard()).toEqual([['tools/call', 'ok', false]]);
    });
  });

  test(`${verifies('PROTO-4')} another Host, on every route`, async () => {
    for (const path of ['/mcp', '/healthz', '/readyz', '/plugin/where', '/nothing']) {
      const answer = await raw(
        `GET ${path} HTTP/1.1\r\nHost: evil.example.com:${new URL(url).port}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('HOST_NOT_ALLOWED');
    }
    expect(logged()).toEqual(['-: admit HOST_NOT_ALLOWED']);
  });

  test.each([
    'Host: evil.example.com',
    'Authorization: Bearer x',
    'X-Api-Key: y',
    'Mcp-Name: x',
    'Content-Type: text/plain',
  ])('a deciding header twice: %s', async header => {
    const name = header.split(':', 1)[0];
    const first = name === 'Host' ? '' : `${name}: z\r\n`;
    const answer = await raw(
      `POST /mcp HTTP/1.1\r\nHost: ${host()}\r\n${first}${header}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('HEADER_REPEATED');
    expect(logged()).toEqual(['-: admit HEADER_REPEATED']);
  });

  test(`${verifies('PROTO-4')} a body that says it is small and is not, or does not say`, async () => {
    const chunk = `${(5000).toString(16)}\r\n${'x'.repeat(5000)}\r\n`;
    const head = `POST /mcp HTTP/1.1\r\nHost: ${host()}\r\nContent-Type: application/json\r\n`;
    const answer = await raw(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/connection: close/i);
    expect(await raw(`${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    logged();
  });

  test('an HTTP method that nobody takes', async () => {
    for (const method of ['PUT', 'PATCH', 'HEAD']) {
      const answer = await fetch(url, { method, headers: { authorization: `Bearer ${keys.alice}` } });
      expect(answer.status).toBe(405);
    }
    logged();
  });
});

describe('a page of ours', () => {
  test('may ask first, and read the answer', async () => {
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
    const refused = await send(url, { headers: { origin } });
    expect(refused.headers.get('access-control-allow-origin')).toBe(origin);
    expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    logged();
  });

  test('somebody else’s is told nothing', async () => {
    const headers = { origin: 'https://evil.example.com', 'access-control-request-method': 'POST' };
    const preflight = await fetch(url, { method: 'OPTIONS', headers });
    expect(preflight.status).toBe(403);
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    logged();
  });
});

describe('the other routes', () => {
  test(`${verifies('OPS-1')} say that the process is alive and ready`, async () => {
    expect(await (await fetch(`${origin}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${origin}/readyz`)).json()).toEqual({ status: 'ready' });
  });

  test('are asked by pages first as well', async () => {
    const preflight = await fetch(`${origin}/plugin/where`, { method: 'OPTIONS', headers: { origin } });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
  });

  test('know the client’s address by the same rules', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.1' };
    expect(await (await fetch(`${origin}/plugin/where`, { headers })).json()).toEqual({ address: '127.0.0.1' });
  });

  test.each(['/plugin/items/%ff', '/plugin/items/%', '/plugin/items/%c0%af', '/plugin/items/%zz'])(
    `${verifies('PROTO-4')} %s: what cannot be decoded is nowhere, and no failure of the server`,
    async path => {
      expect((await fetch(`${origin}/plugin/items/%e2%82%ac`)).status).toBe(200);
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: ${host()}\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      expect(answer).toContain('ROUTE_NOT_FOUND');
    },
  );

  test('a charset of UTF-8 may be named', async () => {
    for (const charset of ['utf-8', '"UTF-8"', 'utf8']) {
      const headers = { 'content-type': `application/json; charset=${charset}; x=y` };
      expect((await send(url, { ...good, headers })).status).toBe(200);
    }
    logged();
  });

  test.each(['/plugin/broken', '/nothing', '/MCP', '/mcp/', '/%6dcp', '/mcp/x', '/plugin/WHERE', '/%', '/%ff'])(
    '%s: an error in JSON, without a stack',
    async path => {
      const answer = await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${keys.alice}` } });
      expect([404, 500]).toContain(answer.status);
      expect(answer.headers.get('x-powered-by')).toBeNull();
      const text = await answer.text();
      expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', error: { data: { code: expect.any(String) } } });
      expect(text).not.toMatch(/secret|\.ts|node_modules/);
    },
  );
});

describe('a batch', () => {
  const headers = { 'mcp-protocol-version': '2025-03-26' };
  const call = (id: number, name: string) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });
  const post = (messages: unknown[], more: Record<string, string | undefined> = headers) =>
    send(url, { ...good, era: 'legacy', headers: more, body: JSON.stringify(messages) });

  test(`${verifies('PROTO-5')} goes through the gate element by element`, async () => {
    const answer = await post([
      call(1, 'echo'),
      call(2, 'no_such_tool'),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 3, method: 'initialize', params: initialize },
    ]);
    expect(answer.json).toMatchObject([
      { id: 1, result: { structuredContent: { text: '' } } },
      { id: 2, error: { data: { code: 'UNKNOWN_TOOL' } } },
      { id: 3, error: { data: { code: 'MESSAGE_INVALID' } } },
    ]);
    expect(logged().sort()).toEqual([
      'initialize: session MESSAGE_INVALID',
      'notifications/initialized: ok',
      'tools/call: ok',
      'tools/call: scope UNKNOWN_TOOL',
    ]);
  });

  test('of notifications alone has no body', async () => {
    const answer = await post([{ jsonrpc: '2.0', method: 'notifications/initialized' }]);
    expect([answer.status, answer.text]).toEqual([202, '']);
    logged();
  });

  test(`${verifies('PROTO-4')} belongs to its revision and has a limit`, async () => {
    const one = [call(1, 'echo')];
    expect((await post(one, { 'mcp-protocol-version': '2025-06-18' })).json?.error?.data?.code).toBe('MESSAGE_INVALID');
    const many = Array.from({ length: 21 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' }));
    expect((await post(many)).json?.error?.data?.code).toBe('MESSAGE_INVALID');
    expect(logged()).toEqual(['-: admit MESSAGE_INVALID', '-: admit MESSAGE_INVALID']);
    expect((await post(many.slice(1))).status).toBe(200);
    logged();
  });
});
