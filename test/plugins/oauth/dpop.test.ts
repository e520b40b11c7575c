import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { send } from '../../support/raw-client.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { callback, type OAuthHouse, openOAuthHouse } from './oauth-house.ts';

interface ProofKey {
  readonly jwk: JWK;
  readonly thumbprint: string;
  readonly sign: (claims: Record<string, unknown>, header?: Record<string, unknown>) => Promise<string>;
}

async function proofKey(): Promise<ProofKey> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    jwk,
    thumbprint: await calculateJwkThumbprint(jwk),
    sign: (claims, header = {}) =>
      new SignJWT({ jti: crypto.randomUUID(), iat: Math.floor(Date.now() / 1_000), ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header } as { alg: string })
        .sign(privateKey),
  };
}

describeOnStores('tokens bound to a key (DPoP)', open => {
  let store: TestStore;
  let house: OAuthHouse;
  let second: OAuthHouse;
  let key: ProofKey;
  let bound: string;
  let refreshToken: string;
  let clientId: string;

  beforeAll(async () => {
    store = await open();
    house = await openOAuthHouse(store);
    second = await openOAuthHouse(store, { publicUrl: house.origin });
    key = await proofKey();
    clientId = String((await house.register()).json.client_id);
    const { location, verifier } = await house.authorize({ clientId });
    const form = { grant_type: 'authorization_code', client_id: clientId, redirect_uri: callback };
    const code = location.searchParams.get('code') ?? '';
    const dpop = await key.sign({ htm: 'POST', htu: `${house.origin}/mcp/oauth/token` });
    const answer = await house.post('token', { ...form, code, code_verifier: verifier }, { dpop });
    expect(answer.json).toMatchObject({ token_type: 'DPoP' });
    bound = String(answer.json.access_token);
    refreshToken = String(answer.json.refresh_token);
  });
  afterAll(async () => {
    await second?.stop();
    await house?.stop();
    await store?.drop();
  });

  const ath = (token: string) => createHash('sha256').update(token).digest('base64url');
  const proof = (change: Record<string, unknown> = {}, header = {}, by = key) =>
    by.sign({ htm: 'POST', htu: house.url, ath: ath(bound), ...change }, header);
  const present = async (dpop: string | undefined, at = house, authorization = `DPoP ${bound}`) => {
    const host = new URL(house.url).host;
    const { status, headers } = await send(at.url, { headers: { authorization, dpop, host } });
    return { status, challenge: headers.get('www-authenticate') };
  };

  test(`${verifies('OAUTH-12')} a bound token works with a proof of its key, again and again with new ones`, async () => {
    expect(decodeJwt(bound)).toMatchObject({ cnf: { jkt: key.thumbprint } });
    expect((await present(await proof())).status).toBe(200);
    expect((await present(await proof())).status).toBe(200);
    expect((await present(await proof(), second)).status).toBe(200);
  });

  test(`${verifies('OAUTH-12')} a proof counts once, whichever instance sees it`, async () => {
    const once = await proof();
    expect((await present(once)).status).toBe(200);
    expect((await present(once)).status).toBe(401);
    expect((await present(once, second)).status).toBe(401);
    const raced = await proof();
    const answers = await Promise.all([house, second, house, second, house].map(at => present(raced, at)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test(`${verifies('OAUTH-12')} without a proof, or with another's, it is worth nothing`, async () => {
    const refused = await present(undefined);
    expect(refused.status).toBe(401);
    expect(refused.challenge).toMatch(/^DPoP error="invalid_token".*algs="/);
    expect((await present(undefined, house, `Bearer ${bound}`)).status).toBe(401);
    expect((await present(await proof(), house, `Bearer ${bound}`)).status).toBe(401);
    const thief = await proofKey();
    expect((await present(await proof({}, {}, thief))).status).toBe(401);
    // Signed by the thief, showing the owner's key.
    expect((await present(await proof({}, { jwk: key.jwk }, thief))).status).toBe(401);
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['another method', { htm: 'GET' }, {}],
    ['another address', { htu: 'https://other.example/mcp' }, {}],
    ['the token endpoint', { htu: 'http://127.0.0.1/mcp/oauth/token' }, {}],
    ['another token', { ath: ath('other') }, {}],
    ['no token', { ath: undefined }, {}],
    ['no id', { jti: undefined }, {}],
    ['a time long ago', { iat: 1_000_000 }, {}],
    ['a time to come', { iat: 4_000_000_000 }, {}],
    ['no time', { iat: undefined }, {}],
    ['another type', {}, { typ: 'JWT' }],
    ['no key', {}, { jwk: undefined }],
  ])(`${verifies('OAUTH-12')} a proof of %s is refused`, async (_, change, header) => {
    expect((await present(await proof(change, header))).status).toBe(401);
  });

  test('a token that is bound to nothing is not made better by a proof', async () => {
    const { accessToken } = await house.connect();
    const dpop = await key.sign({ htm: 'POST', htu: house.url, ath: ath(accessToken) });
    expect((await present(dpop, house, `DPoP ${accessToken}`)).status).toBe(401);
  });

  test(`${verifies('OAUTH-12')} of a client without a secret the refresh token is bound, too`, async () => {
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken };
    expect((await house.post('token', form)).json).toMatchObject({ error: 'invalid_grant' });
    const claims = { htm: 'POST', htu: `${house.origin}/mcp/oauth/token` };
    const theirs = { dpop: await (await proofKey()).sign(claims) };
    expect((await house.post('token', form, theirs)).json).toMatchObject({ error: 'invalid_grant' });
    expect((await house.post('token', form, { dpop: await key.sign(claims) })).status).toBe(200);
  });
});
