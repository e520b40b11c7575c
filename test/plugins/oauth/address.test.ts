import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { sqliteStore, type TestStore } from '../../support/stores.ts';
import { type OAuthHouse, openOAuthHouse } from './oauth-house.ts';

let store: TestStore;
let house: OAuthHouse;
const publicUrl = 'https://gate.example';

beforeAll(async () => {
  store = await sqliteStore();
  house = await openOAuthHouse(store, { publicUrl });
});
afterAll(async () => {
  await house?.stop();
  await store?.drop();
});

/** Sends the head of a request as it is; the whole answer. */
function raw(head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(house.origin).port), '127.0.0.1', () => socket.write(head));
    const parts: Buffer[] = [];
    socket.on('data', part => parts.push(part));
    socket.on('end', () => resolve(Buffer.concat(parts).toString()));
    socket.on('error', reject);
  });
}

test.each([
  ['another name of this machine', () => ({ host: `localhost:${new URL(house.origin).port}` })],
  ['a forwarded host', () => ({ 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'ftp' })],
])(
  `${verifies('OAUTH-1')} what the server says about itself does not come from the request: %s`,
  async (_, headers) => {
    const lines = Object.entries({ host: 'gate.example', ...headers() }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    const path = '/.well-known/oauth-authorization-server';
    const answer = await raw(`GET ${path} HTTP/1.1\r\n${lines.join('')}connection: close\r\n\r\n`);
    expect(answer).toContain(`"token_endpoint":"${publicUrl}/mcp/oauth/token"`);
    expect(answer).not.toContain('evil');
    expect(answer).not.toContain('localhost');
  },
);

test('nor from an absolute request target, and a foreign Host is refused', async () => {
  const path = '/.well-known/oauth-authorization-server';
  const absolute = await raw(
    `GET http://evil.example${path} HTTP/1.1\r\nhost: gate.example\r\nconnection: close\r\n\r\n`,
  );
  expect(absolute).toContain(`"token_endpoint":"${publicUrl}/mcp/oauth/token"`);
  expect(absolute).not.toContain('evil');
  const foreign = await raw(`GET ${path} HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n`);
  expect(foreign).toMatch(/^HTTP\/1.1 403 /);
});

test('cookies of the flow are for https alone, where the server is', async () => {
  const clientId = String((await house.register()).json.client_id);
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1:7777/callback',
    scope: 'read',
    code_challenge: 'a'.repeat(43),
    code_challenge_method: 'S256',
  });
  const answer = await fetch(`${house.origin}/mcp/oauth/authorize?${query}`, { redirect: 'manual' });
  expect(answer.status).toBe(303);
  const cookies = answer.headers.getSetCookie().filter(cookie => !cookie.includes('expires=Thu, 01 Jan 1970'));
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) expect(cookie.toLowerCase()).toMatch(/; secure.*; httponly|; httponly.*; secure/);
});
