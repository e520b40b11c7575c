import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { verifies } from '../../requirements.ts';
import { auditOf, keyOf } from '../../support/people.ts';
import { callTool, send } from '../../support/raw-client.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { type OAuthHouse, openOAuthHouse } from './oauth-house.ts';

describeOnStores('attacks on access tokens', open => {
  let store: TestStore;
  let house: OAuthHouse;
  let offset = 0;
  let accessToken: string;
  let claims: Record<string, unknown>;
  /** The real keys, as only the server has them. */
  let own: JWK;
  let publicJwk: JWK;

  beforeAll(async () => {
    // Time passes where a test says so, and nowhere else.
    vi.useFakeTimers({ toFake: ['Date'] });
    store = await open();
    house = await openOAuthHouse(store, { now: () => Date.now() + offset });
    ({ accessToken } = await house.connect());
    claims = decodeJwt(accessToken);
    const all = { kind: 'all', of: [] } as const;
    const [row] = await house.app.runtime.store.find({ model: 'oauth.signing-key', where: all });
    own = row?.private_jwk as JWK;
    publicJwk = row?.public_jwk as JWK;
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
    vi.useRealTimers();
  });

  async function signed(
    input: { claims?: Record<string, unknown>; header?: Record<string, unknown>; key?: JWK } = {},
  ): Promise<string> {
    const { header = {}, key = own } = input;
    const payload = { ...claims, jti: crypto.randomUUID(), ...input.claims };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: own.kid, ...header } as { alg: string })
      .sign(await importJWK({ ...key, alg: undefined } as JWK, String(header.alg ?? 'RS256')));
  }

  const statusOf = async (key: string) => (await send(house.url, { key })).status;
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  test('what the server itself would sign is accepted, so that what follows shows something', async () => {
    expect(await statusOf(await signed())).toBe(200);
  });

  test.each<[string, Parameters<typeof signed>[0]]>([
    ['for another audience', { claims: { aud: 'https://other.example/mcp' } }],
    ['for this origin, but not its endpoint', { claims: { aud: 'http://127.0.0.1' } }],
    ['without an audience', { claims: { aud: undefined } }],
    ['of another issuer', { claims: { iss: 'https://other.example' } }],
    ['without an issuer', { claims: { iss: undefined } }],
    ['of another type', { header: { typ: 'JWT' } }],
    ['without a type', { header: { typ: undefined } }],
    ['of an unknown key', { header: { kid: 'unknown' } }],
    ['with a path for a key', { header: { kid: '../../etc/passwd' } }],
    ['without a key id', { header: { kid: undefined } }],
    ['without a subject', { claims: { sub: undefined } }],
    ['without an id', { claims: { jti: undefined } }],
    ['without an end', { claims: { exp: undefined } }],
    ['of nobody', { claims: { sub: '000000000000000000000000' } }],
    ['of another user than its grant', { claims: { sub: 'aaaaaaaaaaaaaaaaaaaaaaaa' } }],
    ['of another client than its grant', { claims: { client_id: 'other' } }],
    ['of no grant, as a service', { claims: { gid: undefined } }],
    ['of an unknown grant', { claims: { gid: '000000000000000000000000' } }],
    ['of times to come', { claims: { nbf: 4_000_000_000 } }],
  ])(`${verifies('OAUTH-2', 'OAUTH-3')} a token %s is refused, though its signature is right`, async (_, input) => {
    expect(await statusOf(await signed(input))).toBe(401);
  });

  test(`${verifies('OAUTH-3')} nobody else's signature counts`, async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const theirs = await exportJWK(privateKey);
    const jwk = await exportJWK(publicKey);
    expect(await statusOf(await signed({ key: theirs }))).toBe(401);
    const kid = await calculateJwkThumbprint(jwk);
    for (const header of [
      { kid, jwk },
      { jwk },
      { kid, jku: 'https://evil.example/jwks.json' },
      { kid, x5u: 'https://evil.example/cert.pem' },
    ]) {
      expect(await statusOf(await signed({ key: theirs, header }))).toBe(401);
    }
  });

  test(`${verifies('OAUTH-3')} no other algorithm counts: none, HS256 with the public key, PS256 with the right key`, async () => {
    for (const alg of ['none', 'None', 'nOnE']) {
      expect(await statusOf(`${encoded({ alg, typ: 'at+jwt', kid: own.kid })}.${encoded(claims)}.`)).toBe(401);
    }
    const pem = createPublicKey({ key: publicJwk as JsonWebKey, format: 'jwk' }).export({
      format: 'pem',
      type: 'spki',
    });
    for (const secret of [Buffer.from(pem), Buffer.from(JSON.stringify(publicJwk)), Buffer.from(publicJwk.n ?? '')]) {
      const key = { kty: 'oct', k: secret.toString('base64url') };
      expect(await statusOf(await signed({ key, header: { alg: 'HS256' } }))).toBe(401);
    }
    expect(await statusOf(await signed({ header: { alg: 'PS256' } }))).toBe(401);
  });

  test('a token that was changed is refused: payload, header, signature, or cut', async () => {
    const [header = '', payload = '', signature = ''] = accessToken.split('.');
    const wider = encoded({ ...claims, scope: 'read write create delete' });
    for (const forged of [
      `${header}.${wider}.${signature}`,
      `${encoded({ alg: 'RS256', typ: 'at+jwt', kid: own.kid, x: 1 })}.${payload}.${signature}`,
      `${encoded({ alg: 'RS256', typ: 'at+jwt', kid: own.kid, crit: ['x'], x: 1 })}.${payload}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}.${signature}`,
    ]) {
      expect(await statusOf(forged)).toBe(401);
    }
    expect(await statusOf(accessToken)).toBe(200);
  });

  test(`${verifies('OAUTH-3')} a token lasts 900 s, and 30 s more for clocks that differ; a known one no longer`, async () => {
    const { accessToken: known } = await house.connect();
    expect(await statusOf(known)).toBe(200);
    offset += 925_000;
    expect(await statusOf(known)).toBe(200);
    offset += 10_000;
    expect(await statusOf(known)).toBe(401);
    expect(await statusOf(accessToken)).toBe(401);
    offset = 0;
  });

  test('whatever is wrong, the answer is the same, and the log knows why', async () => {
    const wrong = await send(house.url, { key: await signed({ claims: { aud: 'https://other.example/mcp' } }) });
    const unknown = await send(house.url, { key: await signed({ claims: { gid: '000000000000000000000000' } }) });
    expect(wrong.json?.error?.message).toBe('The access token is not valid.');
    expect(unknown.json?.error).toEqual(wrong.json?.error);
    const challenge = wrong.headers.get('www-authenticate');
    expect(challenge).toBe(
      `Bearer error="invalid_token", error_description="The access token is not valid.", resource_metadata="${house.origin}/.well-known/oauth-protected-resource/mcp", scope="read"`,
    );
    expect(unknown.headers.get('www-authenticate')).toBe(challenge);
    const reasons = (await auditOf(house, 10)).map(({ reason }) => reason);
    expect(reasons).toContain('its grant is gone');
    expect(reasons).toContain('unexpected "aud" claim value');
  });

  test('a token elsewhere than in the header is refused, and a good one in the URL is reported', async () => {
    const { accessToken: good } = await house.connect();
    const query = await send(`${house.url}?access_token=${good}`, {});
    expect([query.status, query.json?.error?.message]).toEqual([
      401,
      'A token in the URL is not accepted. Send it in the header: "Authorization: Bearer …".',
    ]);
    expect((await send(house.url, { headers: { 'x-api-key': good } })).status).toBe(401);
    expect((await send(house.url, { headers: { authorization: `DPoP ${good}`, dpop: 'x' } })).status).toBe(401);
    expect((await send(house.url, { headers: { authorization: `Basic ${good}` } })).status).toBe(401);
  });

  test(`${verifies('OAUTH-1')} with too small a scope the challenge says which one is needed beside what there is, and where to get it`, async () => {
    const { accessToken: reading } = await house.connect({ scope: 'read' });
    const values = { model: 'crm.partner', records: [{ name: 'New' }] };
    const refused = await callTool(house.url, 'create', values, { key: reading });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_scope", scope="read create", resource_metadata="${house.origin}/.well-known/oauth-protected-resource/mcp"`,
    );
  });

  test('API keys go on as before', async () => {
    expect(await statusOf(await keyOf(house, 'sara'))).toBe(200);
    const wrong = await send(house.url, { key: 'gh_abcdefgh_wrong' });
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get('www-authenticate')).toContain('resource_metadata=');
  });
});
