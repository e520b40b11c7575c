import { afterAll, beforeAll, expect, test } from 'vitest';
import { userIds } from '../../../plugins/demo/company/users.ts';
import { verifies } from '../../requirements.ts';
import { send } from '../../support/raw-client.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { type OAuthHouse, openOAuthHouse } from './oauth-house.ts';

/** Every instance looks four times a second; a busy machine may take longer. */
const soon = { timeout: 15_000, interval: 50 };

describeOnStores('revocation', open => {
  let store: TestStore;
  let house: OAuthHouse;
  /** A second server on the same store. */
  let second: OAuthHouse;

  beforeAll(async () => {
    store = await open();
    house = await openOAuthHouse(store);
    second = await openOAuthHouse(store, { publicUrl: house.origin });
  });
  afterAll(async () => {
    await second?.stop();
    await house?.stop();
    await store?.drop();
  });

  const at = async ({ url }: OAuthHouse, key: string) => {
    const headers = { host: new URL(house.url).host };
    return (await send(url, { key, headers })).status;
  };
  const everywhere = (key: string) => Promise.all([at(house, key), at(second, key)]);

  test(`${verifies('OAUTH-8')} a revoked access token is refused on its next call, and on other instances as soon as they have looked`, async () => {
    const { clientId, accessToken, refreshToken } = await house.connect();
    expect(await everywhere(accessToken)).toEqual([200, 200]);
    const revoked = await house.post('revoke', { client_id: clientId, token: accessToken });
    expect([revoked.status, revoked.text]).toEqual([200, '']);
    expect(await at(house, accessToken)).toBe(401);
    await expect.poll(() => at(second, accessToken), soon).toBe(401);
    // Again, and the rest of the grant lives on.
    expect((await house.post('revoke', { client_id: clientId, token: accessToken })).status).toBe(200);
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken };
    expect((await house.post('token', form)).status).toBe(200);
  });

  test(`${verifies('OAUTH-8')} with a refresh token its whole grant ends, on every instance`, async () => {
    const { clientId, accessToken, refreshToken } = await house.connect();
    expect(await everywhere(accessToken)).toEqual([200, 200]);
    const form = { client_id: clientId, token: refreshToken, token_type_hint: 'access_token' };
    expect((await house.post('revoke', form)).status).toBe(200);
    expect(await at(house, accessToken)).toBe(401);
    await expect.poll(() => at(second, accessToken), soon).toBe(401);
    expect((await house.post('revoke', form)).status).toBe(200);
  });

  test(`${verifies('OAUTH-8')} a token that nobody knows is as good as revoked`, async () => {
    const clientId = String((await house.register()).json.client_id);
    for (const token of ['nonsense', 'eyJhbGciOiJub25lIn0.e30.', 'a'.repeat(5_000)]) {
      const answer = await house.post('revoke', { client_id: clientId, token });
      expect([token.slice(0, 9), answer.status, answer.text]).toEqual([token.slice(0, 9), 200, '']);
    }
    expect((await house.post('revoke', { client_id: clientId })).json).toMatchObject({ error: 'invalid_request' });
    expect((await house.post('revoke', { client_id: 'nobody', token: 'x' })).status).toBe(401);
  });

  test(`${verifies('OAUTH-8')} a client ends no tokens of another one`, async () => {
    const { accessToken, refreshToken } = await house.connect();
    const thief = String((await house.register()).json.client_id);
    for (const token of [accessToken, refreshToken]) {
      expect((await house.post('revoke', { client_id: thief, token })).status).toBe(200);
    }
    expect(await everywhere(accessToken)).toEqual([200, 200]);
  });

  test('a grant that is ended elsewhere ends its tokens here, and so does a client with all of its grants', async () => {
    const one = await house.connect();
    const two = await house.connect({ clientId: one.clientId, user: 'hank' });
    const stranger = await house.connect();
    const grants = { kind: 'compare', field: 'client_id', operator: '=', value: one.clientId } as const;
    const rows = await house.app.runtime.store.find({ model: 'oauth.grant', where: grants });
    const first = rows.find(({ user }) => user === userIds.sara);
    expect(await house.other.revokeGrant({ id: first?.id ?? '', reason: 'test' })).toBe(true);
    expect(await house.other.revokeGrant({ id: first?.id ?? '', reason: 'test' })).toBe(false);
    await expect.poll(() => everywhere(one.accessToken), soon).toEqual([401, 401]);
    expect(await everywhere(two.accessToken)).toEqual([200, 200]);
    expect(await house.other.revokeClient({ clientId: one.clientId, reason: 'test' })).toBe(1);
    await expect.poll(() => everywhere(two.accessToken), soon).toEqual([401, 401]);
    expect(await everywhere(stranger.accessToken)).toEqual([200, 200]);
    await expect(house.authorize({ clientId: one.clientId })).rejects.toThrow('invalid_client');
  });

  test('what was given out here is good there: both have the same keys and the same state', async () => {
    const clientId = String((await house.register()).json.client_id);
    const there = await second.connect({ clientId });
    expect(await everywhere(there.accessToken)).toEqual([200, 200]);
    const jwks = await Promise.all(
      [house, second].map(async ({ origin }) => {
        const headers = { host: new URL(house.url).host };
        return (await fetch(`${origin}/mcp/oauth/jwks.json`, { headers })).json();
      }),
    );
    expect(jwks[0]).toEqual(jwks[1]);
  });
});
