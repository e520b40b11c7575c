import { decodeJwt, decodeProtectedHeader } from 'jose';
import { expect, test } from 'vitest';
import { userIds } from '../../../plugins/demo/company/users.ts';
import type { TokenState } from '../../../plugins/oauth/tokens/load-token.ts';
import { startTokens } from '../../../plugins/oauth/tokens/start-tokens.ts';
import { verifies } from '../../requirements.ts';
import { callTool, send } from '../../support/raw-client.ts';
import { describeOnStores } from '../../support/stores.ts';
import { type OAuthHouse, withOAuthHouse } from './oauth-house.ts';

describeOnStores('access tokens', open => {
  let house: OAuthHouse;
  withOAuthHouse({
    open,
    use(opened) {
      house = opened;
    },
  });

  test(`${verifies('OAUTH-1', 'OAUTH-2', 'OAUTH-3')} from a bare 401 to an answer`, async () => {
    const bare = await send(house.url, {});
    expect(bare.status).toBe(401);
    const challenge = bare.headers.get('www-authenticate') ?? '';
    const metadataUrl = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '';
    expect(challenge).toContain('scope="read"');
    const resource = (await (await fetch(metadataUrl)).json()) as Record<string, unknown>;
    expect(resource).toMatchObject({ resource: house.url, authorization_servers: [house.origin] });
    const server = (await (await fetch(`${house.origin}/.well-known/oauth-authorization-server`)).json()) as object;
    expect(server).toMatchObject({
      issuer: house.origin,
      authorization_endpoint: `${house.origin}/mcp/oauth/authorize`,
      token_endpoint: `${house.origin}/mcp/oauth/token`,
      registration_endpoint: `${house.origin}/mcp/oauth/register`,
      revocation_endpoint: `${house.origin}/mcp/oauth/revoke`,
      jwks_uri: `${house.origin}/mcp/oauth/jwks.json`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      scopes_supported: ['read', 'write', 'create', 'delete', 'offline_access'],
    });

    const registered = await house.register();
    expect(registered.status).toBe(201);
    const clientId = String(registered.json.client_id);
    const { location, verifier } = await house.authorize({ clientId });
    expect(location.searchParams.get('iss')).toBe(house.origin);
    expect(location.searchParams.get('state')).toBe('state-1');
    const tokens = await house.post('token', {
      grant_type: 'authorization_code',
      client_id: clientId,
      code: location.searchParams.get('code') ?? '',
      redirect_uri: 'http://127.0.0.1:7777/callback',
      code_verifier: verifier,
    });
    expect(tokens.json).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: 'read write' });
    const key = String(tokens.json.access_token);
    expect(decodeProtectedHeader(key)).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
    expect(decodeJwt(key)).toMatchObject({
      iss: house.origin,
      aud: house.url,
      sub: userIds.sara,
      client_id: clientId,
      scope: 'read write',
      gid: expect.stringMatching(/^[0-9a-f]{24}$/),
    });

    const answer = await callTool(house.url, 'search', { model: 'crm.partner' }, { key });
    expect(answer.json?.result).toMatchObject({ structuredContent: { total: 353 } });
    expect(answer.status).toBe(200);
  });

  test(`${verifies('OAUTH-3')} a token that is known is decided at once, until something has changed`, async () => {
    const { accessToken } = await house.connect();
    const { ring, stopWatching } = startTokens(house.app.runtime);
    stopWatching();
    const [first, twin] = await Promise.all([ring.verify(accessToken), ring.verify(accessToken)]);
    expect(first).toMatchObject({ token: { principal: { user: { login: 'sara' } } } });
    expect(twin).toBe(first);
    const known = ring.verify(accessToken);
    expect(known).not.toBeInstanceOf(Promise);
    ring.expire();
    const again = ring.verify(accessToken);
    expect(again).toBeInstanceOf(Promise);
    // The same principal as long as nothing about it has changed: what is derived from it is kept.
    expect(principalIn(await again)).toBe(principalIn(await first));
  });
});

function principalIn(state: TokenState) {
  if ('refused' in state) throw new Error(state.refused);
  return state.token.principal;
}
