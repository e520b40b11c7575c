import { expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { auditOf } from '../../support/people.ts';
import { describeOnStores } from '../../support/stores.ts';
import { callback, type OAuthHouse, withOAuthHouse } from './oauth-house.ts';

describeOnStores('the log of the authorization server', open => {
  let house: OAuthHouse;
  let clientId: string;
  withOAuthHouse({
    open,
    use(opened) {
      house = opened;
    },
  });

  /** The newest entry of this kind. */
  async function newest(method: string) {
    return (await auditOf(house, 200)).find(entry => entry.method === method);
  }

  test(`${verifies('OAUTH-10')} registered, authorized, issued, refreshed, revoked: each with client, user and address`, async () => {
    clientId = String((await house.register({ client_name: 'Desk' })).json.client_id);
    const client = { tool: clientId, address: '127.0.0.1', outcome: 'ok', code: null, client_name: 'Desk' };
    const byUser = { ...client, user_login: 'sara', credential_kind: 'oauth-token', credential_label: clientId };
    expect(await newest('oauth/register')).toMatchObject({ ...client, user_login: null });
    const connection = await house.connect({ clientId });
    const authorized = await newest('oauth/authorize');
    expect(authorized).toMatchObject(byUser);
    const issued = await newest('oauth/token');
    expect(issued).toMatchObject(byUser);
    // Both name the grant, as calls with its tokens do.
    expect(issued?.credential_id).toMatch(/^[0-9a-f]{24}$/);
    expect(authorized?.credential_id).toBe(issued?.credential_id);
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: connection.refreshToken };
    const { refresh_token } = (await house.post('token', form)).json;
    expect(await newest('oauth/refresh')).toMatchObject({ ...byUser, credential_id: issued?.credential_id });
    await house.post('revoke', { client_id: clientId, token: String(refresh_token) });
    expect(await newest('oauth/revoke')).toMatchObject({ ...client, credential_id: issued?.credential_id });
    await house.post('revoke', { client_id: clientId, token: connection.accessToken });
    expect(await newest('oauth/revoke')).toMatchObject(client);
  });

  test(`${verifies('OAUTH-10')} what is refused is there with its reason, and wrong credentials count as such`, async () => {
    await house.register({ redirect_uris: ['http://evil.example/'] });
    expect(await newest('oauth/register')).toMatchObject({
      outcome: 'denied',
      code: 'OAUTH_REQUEST_REFUSED',
      reason: expect.stringContaining('invalid_redirect_uri'),
    });
    await house.authorize({ clientId, denied: true });
    expect(await newest('oauth/authorize')).toMatchObject({
      outcome: 'denied',
      reason: 'access_denied: the user said no',
      user_login: 'sara',
      tool: clientId,
    });
    await house.authorize({ clientId, parameters: { code_challenge_method: 'plain' } });
    expect(await newest('oauth/authorize')).toMatchObject({
      reason: 'invalid_request: not supported value of code_challenge_method',
    });
    const form = { grant_type: 'authorization_code', client_id: clientId, redirect_uri: callback };
    await house.post('token', { ...form, code: 'unknown', code_verifier: 'v'.repeat(43) });
    expect(await newest('oauth/token')).toMatchObject({
      outcome: 'denied',
      stage: 'authenticate',
      code: 'UNAUTHENTICATED',
      reason: 'invalid_grant: authorization code not found',
      tool: clientId,
    });
    await house.post('token', { ...form, client_id: 'nobody', code: 'x' });
    expect(await newest('oauth/token')).toMatchObject({ code: 'UNAUTHENTICATED', tool: 'nobody' });
  });

  test(`${verifies('OAUTH-10')} a replay is there with its user`, async () => {
    const connection = await house.connect({ clientId, user: 'hank' });
    const { code, verifier } = connection;
    const form = { grant_type: 'authorization_code', client_id: clientId, redirect_uri: callback };
    await house.post('token', { ...form, code, code_verifier: verifier });
    expect(await newest('oauth/token')).toMatchObject({
      reason: 'invalid_grant: authorization code already consumed',
      user_login: 'hank',
    });
  });

  test('no entry holds a code, a token or a verifier', async () => {
    const { code, verifier, accessToken, refreshToken } = await house.connect({ clientId });
    const text = JSON.stringify(await auditOf(house, 200));
    for (const secret of [code, verifier, accessToken, refreshToken]) expect(text).not.toContain(secret);
  });
});
