import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findClientRow, insertClient } from '../../../plugins/oauth/clients/client-rows.ts';
import { createClientUsage } from '../../../plugins/oauth/clients/client-usage.ts';
import { makeRoom, vacuumClients } from '../../../plugins/oauth/clients/vacuum.ts';
import { always, equals } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { auditOf } from '../../support/people.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { layTripwire } from '../../support/tripwire.ts';
import { type ClientHouse, openClientHouse, redirectUri } from './client-house.ts';

type ClientOptions = NonNullable<Parameters<typeof openClientHouse>[1]>['clients'];

const redirect_uris = [redirectUri];
const day = 86_400_000;

describeOnStores('registration of clients', open => {
  let store: TestStore;
  let shared: ClientHouse;
  let now = Date.parse('2026-11-23T12:00:00Z');
  const origin = 'https://inspector.example';
  const others: ClientHouse[] = [];

  /** One with settings of its own, beside the one that the tests share. */
  async function openHouse(clients: ClientOptions): Promise<ClientHouse> {
    const house = await openClientHouse(store, { now: () => now, clients });
    others.push(house);
    return house;
  }
  const rowOf = (clientId: unknown) => findClientRow(shared.app.runtime, String(clientId));
  const clientsLeft = () => shared.app.runtime.store.count({ model: 'oauth.client', where: always });

  beforeAll(async () => {
    store = await open();
    shared = await openClientHouse(store, { now: () => now, allowedOrigins: [origin] });
  });
  beforeEach(async () => {
    now += 60_000;
    for (const model of ['oauth.client', 'oauth.client-secret']) {
      await shared.app.runtime.store.write([{ kind: 'remove', model, where: always }], { atomic: false });
    }
  });
  afterEach(async () => {
    for (const house of others.splice(0)) await house.stop();
  });
  afterAll(async () => {
    await shared.stop();
    await store.drop();
  });

  test(`${verifies('OAUTH-5')} answers with what was registered, and keeps it`, async () => {
    const house = shared;
    const { status, json, headers } = await house.register({
      client_name: 'Acme',
      redirect_uris,
      scope: 'read openid',
    });
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toContain('no-store');
    expect(json).toMatchObject({
      client_id: expect.stringMatching(/^app_[0-9a-f]{32}$/),
      client_id_issued_at: expect.any(Number),
      client_name: 'Acme',
      redirect_uris,
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    });
    expect(String(json.scope).split(' ')).toEqual(['read', 'write', 'create', 'delete', 'offline_access']);
    expect(json).not.toHaveProperty('client_secret');
    expect(json).not.toHaveProperty('registration_access_token');
    expect(await rowOf(json.client_id)).toMatchObject({ kind: 'dcr', name: 'Acme', is_used: false });
    expect((await house.authorize({ client_id: String(json.client_id) })).status).toBe(303);
  });

  test(`${verifies('OAUTH-9')} ids are random, whatever is asked for, and never given twice`, async () => {
    const house = shared;
    const wanted = { redirect_uris, client_id: 'chosen', client_secret: 'chosen', client_id_issued_at: 1 };
    const answers = await Promise.all(Array.from({ length: 10 }, () => house.register(wanted)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    const ids = answers.map(({ json }) => String(json.client_id));
    expect(new Set(ids).size).toBe(10);
    for (const id of ids) expect(id.length).toBeGreaterThanOrEqual(21);
    expect(ids).not.toContain('chosen');
    const { runtime } = house.app;
    const again = { runtime, clientId: ids[0] ?? '', kind: 'dcr' as const, metadata: {}, scopes: [] };
    await expect(insertClient(again)).rejects.toMatchObject({ code: 'VALUE_NOT_UNIQUE' });
  });

  test('a secret is 256 random bits, shown once, kept as a hash, and asked for', async () => {
    const house = shared;
    const { json } = await house.register({ redirect_uris, token_endpoint_auth_method: 'client_secret_post' });
    const secret = String(json.client_secret);
    expect(Buffer.from(secret, 'base64url').length).toBeGreaterThanOrEqual(32);
    const { store: rows, registry } = house.app.runtime;
    for (const { name } of registry.all()) {
      expect(JSON.stringify(await rows.find({ model: name, where: always }))).not.toContain(secret);
    }
    const ask = (client_secret: string) =>
      house.token({
        grant_type: 'authorization_code',
        code: 'x',
        redirect_uri: redirectUri,
        client_id: String(json.client_id),
        client_secret,
      });
    expect((await ask(secret)).json.error).toBe('invalid_grant');
    const hash = (await rows.find({ model: 'oauth.client-secret', where: always }))[0]?.hash;
    for (const wrong of ['', 'x', `${secret}x`, secret.slice(1), String(hash)]) {
      const { status, json: refused } = await ask(wrong);
      expect([status, refused.error]).toEqual([401, 'invalid_client']);
    }
  });

  test('what is wrong is named, as RFC 7591 has it, and nothing is kept', async () => {
    const house = shared;
    const cases: [unknown, string, string][] = [
      [{}, 'invalid_redirect_uri', 'redirect_uris'],
      [{ redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri', 'redirect_uris[0]'],
      [{ redirect_uris, client_uri: 'javascript:alert(1)' }, 'invalid_client_metadata', 'client_uri'],
      [{ redirect_uris, token_endpoint_auth_method: 'x' }, 'invalid_client_metadata', 'token_endpoint_auth_method'],
      [{ redirect_uris, grant_types: ['client_credentials'] }, 'invalid_client_metadata', 'grant_types'],
      [{ redirect_uris, client_name: 'a\u202Eb' }, 'invalid_client_metadata', 'client_name'],
      [
        { redirect_uris, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ kty: 'oct', k: 'eA' }] } },
        'invalid_client_metadata',
        'JSON Web Key',
      ],
      ['[]', 'invalid_request', 'JSON object'],
      ['"x"', 'invalid_request', ''],
      ['{', 'invalid_request', ''],
    ];
    for (const [sent, error, description] of cases) {
      const { status, json } = await house.register(sent);
      expect({ sent, status, error: json.error }).toEqual({ sent, status: 400, error });
      expect(json.error_description).toContain(description);
    }
    const huge = await house.register({ redirect_uris, client_name: 'x'.repeat(300_000) });
    expect(huge.status).toBeGreaterThanOrEqual(400);
    const form = await house.register(`redirect_uris=${redirectUri}`, {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(form.status).toBe(400);
    expect(await clientsLeft()).toBe(0);
  });

  test(`${verifies('OAUTH-10')} is in the log, with the reason where it was refused`, async () => {
    const house = shared;
    const { json } = await house.register({ redirect_uris });
    await house.register({ redirect_uris: ['file:///etc/passwd'] });
    const entries = (await auditOf(house)).filter(({ method }) => method === 'oauth/register').slice(0, 2);
    expect(JSON.stringify(entries)).toContain(String(json.client_id));
    expect(JSON.stringify(entries)).toContain('redirect_uris[0]');
  });

  test(`${verifies('OAUTH-5')} whoever is sent here with another redirect URI stays here`, async () => {
    const registered = [redirectUri, 'http://localhost/callback', 'com.example.app:/cb'];
    const { json } = await shared.register({ redirect_uris: registered });
    const at = async (redirect_uri: string) => {
      const { status, headers } = await shared.authorize({ client_id: String(json.client_id), redirect_uri });
      return [redirect_uri, status, headers.get('location')?.includes('/interaction/') ?? null];
    };
    for (const uri of [...registered, 'http://localhost:49152/callback'])
      expect(await at(uri)).toEqual([uri, 303, true]);
    for (const uri of [
      `${redirectUri}/`,
      `${redirectUri}#x`,
      `${redirectUri}?x`,
      `${redirectUri} `,
      `${redirectUri}\t`,
      `${redirectUri}%00`,
      'https://client.example/CB',
      'https://CLIENT.example/cb',
      'https://client.example:443/cb',
      'https://client.example:8443/cb',
      'http://client.example/cb',
      'https://client.example./cb',
      'https://client.example@evil.example/cb',
      'https://evil.example\\@client.example/cb',
      'https://evil.example/https://client.example/cb',
      'https://client.example/x/../cb',
      'https://client.example/%2e%2e/cb',
      'https://client.example//cb',
      'https://client.example%2Fcb',
      'https://client.example/%63b',
      'https://сlient.example/cb',
      '//client.example/cb',
      '/cb',
      'http://localhost:49152/callback/../x',
      'http://localhost:49152@evil.example/callback',
      'http://127.0.0.1:49152/callback',
      'https://localhost/callback',
      'com.example.app:/cb/x',
      'javascript:alert(1)',
    ]) {
      expect(await at(uri)).toEqual([uri, 400, null]);
    }
    const twice = new URLSearchParams({ client_id: String(json.client_id), response_type: 'code', scope: 'read' });
    for (const uri of [redirectUri, 'https://evil.example/cb']) twice.append('redirect_uri', uri);
    const answer = await fetch(`${shared.origin}/mcp/oauth/authorize?${twice}`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });

  test('keys of a client are fetched from public addresses alone', async () => {
    const inner = await layTripwire();
    const { privateKey } = await generateKeyPair('RS256');

    async function present(house: ClientHouse, host: string): Promise<void> {
      const jwks_uri = `https://${host}:${inner.port}/jwks.json`;
      const { json } = await house.register({ redirect_uris, token_endpoint_auth_method: 'private_key_jwt', jwks_uri });
      const clientId = String(json.client_id);
      const assertion = await new SignJWT({ jti: clientId })
        .setProtectedHeader({ alg: 'RS256' })
        .setIssuer(clientId)
        .setSubject(clientId)
        .setAudience(house.app.runtime.server.publicUrl)
        .setIssuedAt(Math.floor(Date.now() / 1000))
        .setExpirationTime(Math.floor(Date.now() / 1000) + 60)
        .sign(privateKey);
      const answer = await house.token({
        grant_type: 'authorization_code',
        code: 'x',
        redirect_uri: redirectUri,
        client_assertion: assertion,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      });
      expect([400, 401]).toContain(answer.status);
      expect(JSON.stringify(answer.json)).not.toMatch(/public address|ECONN|socket|127\.0/);
    }

    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:7f00:1]', '169.254.169.254']) {
      await present(shared, host);
    }
    expect(inner.connections()).toBe(0);
    // It would be noticed: where the settings allow the address, it is reached.
    await present(await openHouse({ allowDocumentAddresses: ['127.0.0.0/8'] }), '127.0.0.1');
    expect(inner.connections()).toBe(1);
    await inner.stop();
  });

  test('can be turned off: there is no such address, and none is told of', async () => {
    const house = await openHouse({ registration: false, metadataDocuments: false });
    expect((await house.register({ redirect_uris })).status).toBe(404);
    expect((await fetch(`${house.origin}/mcp/oauth/register/`, { method: 'POST' })).status).toBe(404);
    const metadata = await (await fetch(`${house.origin}/.well-known/oauth-authorization-server`)).json();
    expect(metadata).not.toHaveProperty('registration_endpoint');
    expect((metadata as Record<string, unknown>).client_id_metadata_document_supported).not.toBe(true);
  });

  test('is told of, and so are metadata documents', async () => {
    const house = shared;
    const metadata = await (await fetch(`${house.origin}/.well-known/oauth-authorization-server`)).json();
    expect(metadata).toMatchObject({
      registration_endpoint: expect.stringMatching(/\/mcp\/oauth\/register$/),
      client_id_metadata_document_supported: true,
      token_endpoint_auth_methods_supported: expect.arrayContaining(['none', 'private_key_jwt']),
    });
  });

  test('pages of allowed origins may register, and read the answer; others may not', async () => {
    const house = shared;
    const url = `${house.origin}/mcp/oauth/register`;
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/content-type/i);
    const answer = await house.register({ redirect_uris }, { origin });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([201, origin]);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect((await house.register({ redirect_uris }, { origin: 'https://evil.example' })).status).toBe(403);
  });

  test('so many a minute, on all instances together; then again', async () => {
    const clients = { registrationsPerMinute: 5 };
    const instances = [await openHouse(clients), await openHouse(clients)];
    const spam = async () => {
      const all = Array.from({ length: 24 }, (_, index) => instances[index % 2]?.register({ redirect_uris }));
      return (await Promise.all(all)).map(answer => answer?.status);
    };
    const first = await spam();
    expect(first.filter(status => status === 201)).toHaveLength(5);
    expect(new Set(first)).toEqual(new Set([201, 429]));
    const refused = await instances[0]?.register({ redirect_uris });
    expect(refused?.json).toMatchObject({
      error: 'temporarily_unavailable',
      error_description: expect.stringContaining('minute'),
    });
    now += 60_000;
    expect((await spam()).filter(status => status === 201)).toHaveLength(5);
  });

  test('metadata that are refused take no place', async () => {
    const house = await openHouse({ registrationsPerMinute: 1 });
    for (let index = 0; index < 3; index += 1) expect((await house.register({})).status).toBe(400);
    expect((await house.register({ redirect_uris })).status).toBe(201);
  });

  test('spam makes room for itself, never in the first hour, and never at the cost of who is used', async () => {
    const house = await openHouse({ maxUnused: 3 });
    const { runtime } = house.app;
    const ids: unknown[] = [];
    for (let index = 0; index < 3; index += 1) ids.push((await house.register({ redirect_uris })).json.client_id);
    const [used, ...unused] = ids;
    expect((await house.register({ redirect_uris })).status).toBe(429);
    now += 3_600_001;
    await createClientUsage(runtime)(String(used));
    expect((await house.register({ redirect_uris })).status).toBe(201);
    expect(await makeRoom({ runtime, maxUnused: 3 })).toBe(true);
    expect((await house.register({ redirect_uris })).status).toBe(201);
    expect(await rowOf(used)).toMatchObject({ is_used: true });
    const kept = await Promise.all(unused.map(id => rowOf(id)));
    expect(kept).toEqual([undefined, undefined]);
  });

  describe(`${verifies('OAUTH-11')} the vacuum`, () => {
    const limits = { unusedDays: 7, idleDays: 180 };
    // The days that pass make the server's own job due as well: what counts is what is left, not who took it.
    const vacuum = (house: ClientHouse) =>
      vacuumClients({ runtime: house.app.runtime, settings: limits, signal: new AbortController().signal });

    test('takes what was never used, and leaves what is', async () => {
      const house = shared;
      const { runtime } = house.app;
      const use = createClientUsage(runtime);
      const [never, used] = [await house.register({ redirect_uris }), await house.register({ redirect_uris })];
      await use(String(used.json.client_id));
      now += 7 * day - 1;
      await vacuum(house);
      expect(await clientsLeft()).toBe(2);
      now += 2;
      const young = await house.register({ redirect_uris });
      await vacuum(house);
      expect(await rowOf(never.json.client_id)).toBeUndefined();
      expect(await rowOf(used.json.client_id)).toBeDefined();
      expect(await rowOf(young.json.client_id)).toBeDefined();
      const refused = await house.authorize({ client_id: String(never.json.client_id) });
      expect([refused.status, refused.headers.get('location')]).toEqual([400, null]);
    });

    test('takes what was used and is idle, but never a live one: not in use, not with a user, not a service', async () => {
      const house = shared;
      const { runtime } = house.app;
      const names = ['idle', 'busy', 'connected'] as const;
      const ids = new Map<string, string>();
      for (const name of names) {
        const { json } = await house.register({ redirect_uris, client_name: name });
        ids.set(name, String(json.client_id));
        await createClientUsage(runtime)(String(json.client_id));
      }
      const service = { runtime, clientId: 'service_1', kind: 'service' as const, metadata: {}, scopes: [] };
      await insertClient(service);
      now += 180 * day + 1;
      await createClientUsage(runtime)(ids.get('busy') ?? '');
      await grantTo(house, ids.get('connected') ?? '');
      await vacuum(house);
      const left = await Promise.all([...ids].map(async ([name, id]) => ((await rowOf(id)) ? name : undefined)));
      expect(left).toEqual([undefined, 'busy', 'connected']);
      expect(await rowOf('service_1')).toBeDefined();
    });

    test('takes secrets with their clients', async () => {
      const house = shared;
      await house.register({ redirect_uris, token_endpoint_auth_method: 'client_secret_basic' });
      now += 8 * day;
      await vacuum(house);
      const secrets = () => house.app.runtime.store.count({ model: 'oauth.client-secret', where: always });
      await expect.poll(secrets, { timeout: 20_000 }).toBe(0);
    });

    test('forgets no document that was ended: it would be back with the next look', async () => {
      const house = shared;
      const { runtime } = house.app;
      const clientId = 'https://client.example/c.json';
      const row = await insertClient({
        runtime,
        clientId,
        kind: 'cimd',
        metadata: { redirect_uris },
        scopes: ['read'],
        freshUntil: now,
      });
      const set = { ended_at: new Date(now).toISOString() };
      await runtime.store.write([{ kind: 'update', model: 'oauth.client', where: equals('id', row.id), set }]);
      now += 1_000 * day;
      await vacuum(house);
      expect(await rowOf(clientId)).toBeDefined();
      expect((await house.authorize({ client_id: clientId })).status).toBe(400);
    });

    test('goes through more than it looks at together', async () => {
      const house = shared;
      const { runtime } = house.app;
      const clients = Array.from({ length: 250 }, (_, index) => ({
        runtime,
        clientId: `c${index}`,
        kind: 'dcr' as const,
        metadata: {},
        scopes: [],
      }));
      for (const client of clients) await insertClient(client);
      now += 8 * day;
      await vacuum(house);
      expect(await clientsLeft()).toBe(0);
    });
  });

  async function grantTo(house: ClientHouse, clientId: string): Promise<void> {
    const { runtime } = house.app;
    const [user] = await runtime.store.find({ model: 'base.user', where: always, limit: 1 });
    const stamp = { createdAt: new Date(now).toISOString(), createdBy: 'test', updatedAt: null, updatedBy: null };
    const row = {
      id: runtime.newId(),
      user: user?.id ?? '',
      client_id: clientId,
      client_name: 'x',
      scopes: ['read'],
      resource: 'x',
      revoked_at: null,
      revoked_reason: null,
      payload: {},
      ...stamp,
    };
    await runtime.store.write([{ kind: 'insert', model: 'oauth.grant', row }]);
  }
});
