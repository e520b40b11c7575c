import { errors } from 'oidc-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findClientRow } from '../../../plugins/oauth/clients/client-rows.ts';
import { type ClientSettings, clientSettings } from '../../../plugins/oauth/clients/client-settings.ts';
import { isDocumentAddress } from '../../../plugins/oauth/clients/document-address.ts';
import { createMetadataDocuments } from '../../../plugins/oauth/clients/metadata-documents.ts';
import { equals } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { auditOf } from '../../support/people.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { layTripwire } from '../../support/tripwire.ts';
import { type ClientHouse, openClientHouse } from './client-house.ts';

describe(`${verifies('OAUTH-5')} client ids that are addresses`, () => {
  test.each([
    'https://claude.ai/oauth/claude-code-client-metadata',
    'https://chatgpt.com/oauth/client.json',
    'https://client.example:8443/client.json?v=1',
  ])('%s', address => expect(isDocumentAddress(address)).toBe(true));

  test.each([
    ['http', 'http://client.example/client.json'],
    ['no path', 'https://client.example'],
    ['an empty path', 'https://client.example/'],
    ['a fragment', 'https://client.example/client.json#x'],
    ['a user name', 'https://user@client.example/client.json'],
    ['dot segments', 'https://client.example/a/../client.json'],
    ['encoded dot segments', 'https://client.example/a/%2e%2e/client.json'],
    ['a host in capitals', 'https://Client.example/client.json'],
    ['a default port', 'https://client.example:443/client.json'],
    ['a loopback address in disguise', 'https://0x7f.1/client.json'],
    ['a number for an address', 'https://2130706433/client.json'],
    ['a backslash', 'https://client.example\\client.json'],
    ['a space', 'https://client.example/client json'],
    ['a line break', 'https://client.example/client\n.json'],
    ['an IDN', 'https://bücher.example/client.json'],
    ['a file', 'file:///etc/passwd'],
    ['an ordinary id', 'client-1'],
    ['too long', `https://client.example/${'x'.repeat(2_000)}`],
  ])('not: %s', (_what, address) => expect(isDocumentAddress(address)).toBe(false));
});

describeOnStores(`${verifies('OAUTH-5')} metadata documents`, open => {
  let store: TestStore;
  let house: ClientHouse;
  let now = Date.parse('2026-11-23T12:00:00Z');
  let asked: string[];
  let answer: (url: string) => Promise<Response>;
  let count = 0;

  const documents = (changes: Partial<ClientSettings> = {}) =>
    createMetadataDocuments({
      runtime: house.app.runtime,
      settings: { ...clientSettings.parse({}), ...changes },
      fetch: async input => {
        asked.push(String(input));
        return answer(String(input));
      },
    });
  const find = async (all: ReturnType<typeof documents>, clientId: string) =>
    all.find({ clientId, row: await findClientRow(house.app.runtime, clientId) });
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => 'found',
      (thrown: unknown) => {
        if (!(thrown instanceof errors.OIDCProviderError)) throw thrown;
        return `${thrown.error}: ${thrown.error_description}`;
      },
    );
  const about = (clientId: string, changes: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
    Response.json(
      { client_id: clientId, client_name: 'Acme', redirect_uris: ['https://client.example/cb'], ...changes },
      { headers },
    );
  /** Nobody has looked at it before. */
  const fresh = () => {
    count += 1;
    return `https://client.example/${count}.json`;
  };

  beforeAll(async () => {
    store = await open();
    house = await openClientHouse(store, { now: () => now });
  });
  afterAll(async () => {
    await house.stop();
    await store.drop();
  });
  beforeEach(() => {
    asked = [];
    answer = async url => about(url);
    now += 120_000;
  });

  test('are read once, kept, and read again when their time is over', async () => {
    const clientId = fresh();
    const all = documents();
    expect(await find(all, clientId)).toMatchObject({ client_id: clientId, kind: 'cimd', name: 'Acme' });
    expect(await find(all, clientId)).toMatchObject({ name: 'Acme' });
    expect(await find(documents(), clientId)).toMatchObject({ name: 'Acme' });
    expect(asked).toEqual([clientId]);
    now += 3_600_000;
    answer = async url => about(url, { client_name: 'Acme 2' });
    expect(await find(all, clientId)).toMatchObject({ name: 'Acme 2' });
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['no word', {}, 3_600],
    ['long', { 'cache-control': 'public, max-age=999999999' }, 86_400],
    ['short', { 'cache-control': 'max-age=1' }, 300],
    ['never', { 'cache-control': 'no-store, max-age=5000' }, 300],
    ['in between', { 'cache-control': 'max-age=7200' }, 7_200],
  ])('count for as long as they say, within bounds: %s', async (_what, headers, seconds) => {
    const clientId = fresh();
    answer = async url => about(url, {}, headers);
    const row = await find(documents(), clientId);
    expect(Date.parse(String(row?.fresh_until)) - now).toBe(seconds * 1_000);
  });

  test('ten that ask at once are one look', async () => {
    const clientId = fresh();
    const all = documents();
    const found = await Promise.all(Array.from({ length: 10 }, () => find(all, clientId)));
    expect(new Set(found.map(row => row?.id)).size).toBe(1);
    expect(asked).toEqual([clientId]);
  });

  test('two instances that look at once keep one client', async () => {
    const clientId = fresh();
    const found = await Promise.all([documents(), documents(), documents()].map(all => find(all, clientId)));
    const { store: rows } = house.app.runtime;
    expect(await rows.count({ model: 'oauth.client', where: equals('client_id', clientId) })).toBe(1);
    expect(new Set(found.map(row => row?.client_id))).toEqual(new Set([clientId]));
  });

  test.each<[string, (url: string) => Response, string]>([
    ['about another client', () => about('https://claude.ai/oauth/client.json'), 'about another client'],
    ['without an id', () => Response.json({ redirect_uris: ['https://client.example/cb'] }), 'about another client'],
    ['an id with a slash more', url => about(`${url}/`), 'about another client'],
    ['HTML', () => new Response('<p>', { headers: { 'content-type': 'text/html' } }), 'not of type application/json'],
    [
      'JSON as text',
      url => new Response(JSON.stringify({ client_id: url }), { headers: { 'content-type': 'text/plain' } }),
      'not of type application/json',
    ],
    [
      'a type that begins alike',
      () => new Response('{}', { headers: { 'content-type': 'application/jsonp' } }),
      'not of type',
    ],
    ['no type', () => new Response(new Uint8Array([123, 125])), 'not of type'],
    ['no JSON', () => new Response('{', { headers: { 'content-type': 'application/json' } }), 'no JSON'],
    ['a list', () => Response.json([]), 'no JSON object'],
    ['null', () => Response.json(null), 'no JSON object'],
    ['not there', () => new Response('', { status: 404 }), 'the answer was 404'],
    [
      'a redirect',
      () => new Response(null, { status: 302, headers: { location: 'https://inner.example' } }),
      'the answer was 302',
    ],
    ['a secret', url => about(url, { client_secret: 'x' }), 'client_secret: may not be in a document'],
    [
      'a method with a secret',
      url => about(url, { token_endpoint_auth_method: 'client_secret_post' }),
      'token_endpoint_auth_method',
    ],
    ['a bad redirect URI', url => about(url, { redirect_uris: ['javascript:alert(1)'] }), 'redirect_uris[0]'],
    ['no redirect URIs', url => about(url, { redirect_uris: [] }), 'redirect_uris: expected at least one'],
    ['a script for a home page', url => about(url, { client_uri: 'javascript:alert(1)' }), 'client_uri'],
  ])('refused by name: %s', async (_what, response, said) => {
    const clientId = fresh();
    answer = async url => response(url);
    expect(await refusal(find(documents(), clientId))).toContain(said);
    expect(await findClientRow(house.app.runtime, clientId)).toBeUndefined();
  });

  test('application/…+json will do', async () => {
    answer = async url =>
      new Response(await about(url).text(), { headers: { 'content-type': 'application/cimd+json; charset=utf-8' } });
    expect(await find(documents(), fresh())).toMatchObject({ name: 'Acme' });
  });

  test('why one cannot be reached is not told, and it is left alone for a while', async () => {
    const clientId = fresh();
    const all = documents();
    const reasons = ['10.0.0.1 is not a public address', 'ECONNREFUSED', 'no answer within 5 s'];
    const told = new Set<string>();
    for (const reason of reasons) {
      answer = () => Promise.reject(new TypeError(reason));
      told.add(await refusal(find(all, clientId)));
      expect(await refusal(find(all, clientId))).toContain('cannot be read');
      now += 30_000;
    }
    expect(told.size).toBe(1);
    expect([...told].join()).not.toMatch(/10\.0|ECONN|within/);
    expect(asked).toHaveLength(reasons.length);
    answer = async url => about(url);
    expect(await find(all, clientId)).toMatchObject({ name: 'Acme' });
  });

  test('while its server is in trouble, the last one counts for a day', async () => {
    const clientId = fresh();
    const all = documents();
    await find(all, clientId);
    answer = async () => new Response('', { status: 503 });
    now += 3_600_000;
    expect(await find(all, clientId)).toMatchObject({ name: 'Acme' });
    now += 23 * 3_600_000;
    expect(await refusal(find(all, clientId))).toContain('cannot be read');
  });

  test('one that was withdrawn counts no more', async () => {
    const clientId = fresh();
    const all = documents();
    await find(all, clientId);
    answer = async () => new Response('', { status: 410 });
    now += 3_600_000;
    expect(await refusal(find(all, clientId))).toContain('the answer was 410');
  });

  test('only of the hosts that are allowed', async () => {
    const all = documents({ allowDocumentHosts: ['claude.ai'] });
    expect(await refusal(find(all, fresh()))).toContain('cannot be read');
    expect(await refusal(find(all, 'https://claude.ai.evil.example/x.json'))).toContain('cannot be read');
    expect(await refusal(find(all, 'https://x.claude.ai/x.json'))).toContain('cannot be read');
    expect(asked).toEqual([]);
    expect(await find(all, `https://claude.ai/${fresh().slice(-6)}`)).toMatchObject({ name: 'Acme' });
  });

  test('not at all where they are turned off', async () => {
    expect(await find(documents({ metadataDocuments: false }), fresh())).toBeUndefined();
    expect(asked).toEqual([]);
  });

  test('so many new ones a minute, and those that are known as before', async () => {
    const known = fresh();
    const all = documents({ registrationsPerMinute: 3 });
    await find(all, known);
    now += 60_000;
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => refusal(find(all, fresh()))));
    expect(outcomes.filter(outcome => outcome === 'found')).toHaveLength(3);
    now += 3_600_000;
    const again = await Promise.all(Array.from({ length: 8 }, () => refusal(find(all, fresh()))));
    expect(again.filter(outcome => outcome === 'found')).toHaveLength(3);
    expect(await find(all, known)).toMatchObject({ name: 'Acme' });
  });

  test('slow ones leave the others room', async () => {
    const all = documents({ registrationsPerMinute: 1_000 });
    const held: (() => void)[] = [];
    answer = () => new Promise((_resolve, reject) => held.push(() => reject(new TypeError('slow'))));
    const slow = Array.from({ length: 20 }, () => refusal(find(all, fresh())));
    await expect.poll(() => held.length, { timeout: 20_000 }).toBe(20);
    expect(await refusal(find(all, fresh()))).toContain('cannot be read');
    expect(asked).toHaveLength(20);
    for (const release of held) release();
    expect(await Promise.all(slow)).toHaveLength(20);
    answer = async url => about(url);
    expect(await find(all, fresh())).toMatchObject({ name: 'Acme' });
  });

  test('what an operator has set stays when one is read again', async () => {
    const clientId = fresh();
    const all = documents();
    const row = await find(all, clientId);
    const set = { scopes: ['read'] };
    await house.app.runtime.store.write([
      { kind: 'update', model: 'oauth.client', where: equals('id', row?.id ?? ''), set },
    ]);
    now += 3_600_000;
    await find(all, clientId);
    expect(await findClientRow(house.app.runtime, clientId)).toMatchObject(set);
  });
});

describeOnStores(`${verifies('OAUTH-5')} metadata documents at the server itself`, open => {
  test('no address of its own network is called, whatever its name, and nothing is told of it', async () => {
    const inner = await layTripwire();
    const store = await open();
    const house = await openClientHouse(store);
    const told = new Set<string>();
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:7f00:1]', '169.254.169.254', '10.0.0.1']) {
      const answer = await house.authorize({ client_id: `https://${host}:${inner.port}/client.json` });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers.get('location')).toBeNull();
      told.add((await answer.text()).replaceAll(/[0-9a-f]{24}|nonce-\S+/g, ''));
    }
    expect(inner.connections()).toBe(0);
    // It would be noticed: where the settings allow the address, it is reached.
    const trusting = await openClientHouse(store, { clients: { allowDocumentAddresses: ['127.0.0.0/8'] } });
    await trusting.authorize({ client_id: `https://127.0.0.1:${inner.port}/other.json` });
    expect(inner.connections()).toBe(1);
    await trusting.stop();
    const reasons = JSON.stringify(await auditOf(house));
    expect(reasons).toContain('127.0.0.1 is not a public address');
    expect([...told].join()).not.toMatch(/public address|ECONN|loopback|private/i);
    await house.stop();
    await store.drop();
    await inner.stop();
  });

  test('an authorization begins with one that was read, at its redirect URIs alone', async () => {
    const store = await open();
    const house = await openClientHouse(store);
    const clientId = 'https://client.example/known.json';
    const documents = createMetadataDocuments({
      runtime: house.app.runtime,
      settings: clientSettings.parse({}),
      fetch: async () =>
        Response.json({
          client_id: clientId,
          client_name: 'Known',
          redirect_uris: ['https://client.example/cb', 'http://localhost/callback'],
        }),
    });
    await documents.find({ clientId, row: undefined });
    const at = (redirect_uri: string) => house.authorize({ client_id: clientId, redirect_uri });
    for (const uri of ['https://client.example/cb', 'http://localhost:49152/callback']) {
      const answer = await at(uri);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, expect.stringContaining('/interaction/')]);
    }
    for (const uri of ['https://client.example/cb/', 'https://client.example/cb?x', 'https://evil.example/cb']) {
      const answer = await at(uri);
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    }
    await house.stop();
    await store.drop();
  });
});
