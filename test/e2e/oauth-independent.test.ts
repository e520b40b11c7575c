import { exportJWK, generateKeyPair } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createService } from '../../plugins/oauth/clients/create-service.ts';
import { openPagesHouse, type PagesHouse } from '../plugins/oauth/pages-house.ts';
import { verifies } from '../requirements.ts';
import { agreeAsSara, setTime } from '../support/oauth-person.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

/* A client of other makers (openid-client), which checks by itself what the RFCs want of an authorization server. */

const redirect = 'http://127.0.0.1:4568/callback';
const insecure = { execute: [openid.allowInsecureRequests], algorithm: 'oauth2' as const };

describeOnStores('an independent client', open => {
  let store: TestStore;
  let house: PagesHouse;

  beforeAll(async () => {
    store = await open();
    house = await openPagesHouse(store);
    setTime(house, house.clock.now);
  });
  afterAll(async () => {
    vi.useRealTimers();
    await house?.stop();
    await store?.drop();
  });

  const server = () => new URL(house.origin);
  const register = (metadata: Partial<openid.ClientMetadata> = {}, authentication = openid.None()) =>
    openid.dynamicClientRegistration(
      server(),
      { client_name: 'Independent', redirect_uris: [redirect], token_endpoint_auth_method: 'none', ...metadata },
      authentication,
      insecure,
    );

  /** From the authorization request to the tokens, with everything that the client can check. */
  async function signIn(config: openid.Configuration, options: openid.DPoPOptions = {}) {
    const verifier = openid.randomPKCECodeVerifier();
    const state = openid.randomState();
    const address = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirect,
      scope: 'read',
      resource: house.url,
      state,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const callback = new URL(`${redirect}?${await agreeAsSara(house, address, ['read'])}`);
    const checks = { pkceCodeVerifier: verifier, expectedState: state };
    return openid.authorizationCodeGrant(config, callback, checks, { resource: house.url }, options);
  }

  const list = (config: openid.Configuration, token: string, options: openid.DPoPOptions = {}) =>
    openid.fetchProtectedResource(
      config,
      token,
      new URL(house.url),
      'POST',
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      new Headers({
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-06-18',
      }),
      options,
    );

  test(`${verifies('OAUTH-1', 'OAUTH-2', 'OAUTH-4', 'OAUTH-8')} registers, signs its user in, refreshes, and revokes`, async () => {
    const config = await register();
    expect(config.serverMetadata()).toMatchObject({ authorization_response_iss_parameter_supported: true });
    const tokens = await signIn(config);
    expect((await list(config, tokens.access_token)).status).toBe(200);
    const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(fresh.access_token).not.toBe(tokens.access_token);
    await openid.tokenRevocation(config, fresh.refresh_token ?? '');
    await expect(openid.refreshTokenGrant(config, fresh.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(list(config, fresh.access_token)).rejects.toMatchObject({ status: 401 });
  });

  test(`${verifies('OAUTH-12')} tokens that are bound to its key are of no use to others`, async () => {
    const config = await register();
    const own = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const tokens = await signIn(config, { DPoP: own });
    expect(tokens.token_type).toBe('dpop');
    expect((await list(config, tokens.access_token, { DPoP: own })).status).toBe(200);
    const other = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    await expect(list(config, tokens.access_token, { DPoP: other })).rejects.toMatchObject({ status: 401 });
    await expect(list(config, tokens.access_token)).rejects.toMatchObject({ status: 401 });
    await expect(openid.refreshTokenGrant(config, tokens.refresh_token ?? '', {}, { DPoP: other })).rejects.toThrow();
  });

  test(`${verifies('OAUTH-12')} a service proves itself by its key`, async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'a' }] });
    const { clientId } = await createService({
      runtime: house.app.runtime,
      name: 'Nightly',
      user: 'hank',
      scopes: ['read'],
      credential: { kind: 'keys', jwks },
    });
    const proof = openid.PrivateKeyJwt({ key: privateKey, kid: 'a' });
    const config = await openid.discovery(server(), clientId, undefined, proof, insecure);
    const tokens = await openid.clientCredentialsGrant(config, { scope: 'read', resource: house.url });
    expect((await list(config, tokens.access_token)).status).toBe(200);
    const { privateKey: stranger } = await generateKeyPair('ES256');
    const forged = await openid.discovery(server(), clientId, undefined, openid.PrivateKeyJwt(stranger), insecure);
    await expect(openid.clientCredentialsGrant(forged, { scope: 'read' })).rejects.toMatchObject({
      error: 'invalid_client',
    });
  });
});
