import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { verifies } from '../../requirements.ts';
import { send } from '../../support/raw-client.ts';
import { describeOnStores } from '../../support/stores.ts';
import { type Connection, callback, type OAuthHouse, pkce, withOAuthHouse } from './oauth-house.ts';

describeOnStores('refresh tokens and codes', open => {
  let house: OAuthHouse;
  let offset = 0;
  // The grace window is five seconds: time passes where a test says so, and nowhere else.
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterAll(() => {
    vi.useRealTimers();
  });
  withOAuthHouse({
    open,
    now: () => Date.now() + offset,
    use(opened) {
      house = opened;
    },
  });

  function refresh(refreshToken: unknown, { clientId }: Pick<Connection, 'clientId'>, more = {}) {
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: String(refreshToken), ...more };
    return house.post('token', form);
  }

  function redeem({ clientId, code, verifier }: Pick<Connection, 'clientId' | 'code' | 'verifier'>) {
    const form = { grant_type: 'authorization_code', client_id: clientId, code, redirect_uri: callback };
    return house.post('token', { ...form, code_verifier: verifier });
  }

  const statusOf = async (key: unknown) => (await send(house.url, { key: String(key) })).status;

  test(`${verifies('OAUTH-4')} a refresh gives new tokens, and within the grace window once more`, async () => {
    const connection = await house.connect();
    const first = await refresh(connection.refreshToken, connection);
    expect(first.json).toMatchObject({ scope: 'read write', expires_in: 900, token_type: 'Bearer' });
    expect(first.json.refresh_token).not.toBe(connection.refreshToken);
    offset += 4_000;
    const again = await refresh(connection.refreshToken, connection);
    expect(again.status).toBe(200);
    for (const { json } of [first, again]) expect(await statusOf(json.access_token)).toBe(200);
  });

  test(`${verifies('OAUTH-4')} after it a replay ends the whole chain, and only that chain`, async () => {
    const connection = await house.connect();
    const other = await house.connect({ clientId: connection.clientId });
    const next = await refresh(connection.refreshToken, connection);
    offset += 5_500;
    expect((await refresh(connection.refreshToken, connection)).json).toMatchObject({ error: 'invalid_grant' });
    expect((await refresh(next.json.refresh_token, connection)).json).toMatchObject({ error: 'invalid_grant' });
    expect(await statusOf(connection.accessToken)).toBe(401);
    expect(await statusOf(next.json.access_token)).toBe(401);
    expect(await statusOf(other.accessToken)).toBe(200);
    expect((await refresh(other.refreshToken, other)).status).toBe(200);
  });

  test(`${verifies('OAUTH-4')} a refresh token ends after 30 days of no use, and each use begins them anew`, async () => {
    const begin = offset;
    const day = 86_400_000;
    const connection = await house.connect();
    offset += 20 * day;
    const next = await refresh(connection.refreshToken, connection);
    expect(next.status).toBe(200);
    offset += 20 * day;
    const last = await refresh(next.json.refresh_token, connection);
    expect(last.status).toBe(200);
    offset += 31 * day;
    expect((await refresh(last.json.refresh_token, connection)).json).toMatchObject({ error: 'invalid_grant' });
    offset = begin;
  });

  test(`${verifies('OAUTH-4', 'OAUTH-9')} ten refreshes of one token at once all work`, async () => {
    const connection = await house.connect();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(connection.refreshToken, connection)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(new Set(answers.map(({ json }) => json.refresh_token)).size).toBe(10);
  });

  test(`${verifies('OAUTH-9')} a code that is used twice gives nothing, and takes back what it gave`, async () => {
    const connection = await house.connect();
    expect(await statusOf(connection.accessToken)).toBe(200);
    expect((await redeem(connection)).json).toMatchObject({ error: 'invalid_grant' });
    expect(await statusOf(connection.accessToken)).toBe(401);
    expect((await refresh(connection.refreshToken, connection)).json).toMatchObject({ error: 'invalid_grant' });
  });

  test(`${verifies('OAUTH-9')} of ten that present a code at once one is the first, and nothing of it lasts`, async () => {
    const clientId = String((await house.register()).json.client_id);
    const { location, verifier } = await house.authorize({ clientId });
    const code = location.searchParams.get('code') ?? '';
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem({ clientId, code, verifier })));
    const given = answers.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const { json } of given) {
      expect(await statusOf(json.access_token)).toBe(401);
      expect((await refresh(json.refresh_token, { clientId })).json).toMatchObject({ error: 'invalid_grant' });
    }
  });

  test(`${verifies('OAUTH-2', 'OAUTH-9')} a code that was stolen is worth one guess at its verifier, by whoever comes first`, async () => {
    const connection = await house.connect();
    const { location, verifier } = await house.authorize(connection);
    const code = location.searchParams.get('code') ?? '';
    const guess = await redeem({ ...connection, code, verifier: pkce().verifier });
    expect(guess.json).toMatchObject({ error: 'invalid_grant' });
    expect((await redeem({ ...connection, code, verifier })).json).toMatchObject({ error: 'invalid_grant' });
    // What the client has from before is none of the thief's business.
    expect((await refresh(connection.refreshToken, connection)).status).toBe(200);
  });

  test('a token of another client is refused, and stays good for its own', async () => {
    const connection = await house.connect();
    const thief = { clientId: String((await house.register()).json.client_id) };
    expect((await refresh(connection.refreshToken, thief)).json).toMatchObject({ error: 'invalid_grant' });
    expect((await refresh(connection.refreshToken, connection)).status).toBe(200);
    const { location, verifier } = await house.authorize(connection);
    const code = location.searchParams.get('code') ?? '';
    expect((await redeem({ ...thief, code, verifier })).json).toMatchObject({ error: 'invalid_grant' });
    expect((await redeem({ ...connection, code, verifier })).status).toBe(200);
  });

  test('a refresh may ask for less, and never for more', async () => {
    const connection = await house.connect();
    const less = await refresh(connection.refreshToken, connection, { scope: 'read' });
    expect(less.json).toMatchObject({ scope: 'read' });
    const more = await refresh(less.json.refresh_token, connection, { scope: 'read delete' });
    expect(more.json).toMatchObject({ error: 'invalid_scope' });
  });

  test('a user who was disabled gets no new tokens', async () => {
    const connection = await house.connect({ user: 'hank' });
    const set = (active: boolean) =>
      house.app.runtime.store.write([
        {
          kind: 'update',
          model: 'base.user',
          where: { kind: 'compare', field: 'login', operator: '=', value: 'hank' },
          set: { active },
        },
      ]);
    await set(false);
    expect((await refresh(connection.refreshToken, connection)).json).toMatchObject({ error: 'invalid_grant' });
    await expect.poll(() => statusOf(connection.accessToken), { timeout: 10_000 }).toBe(401);
    await set(true);
  });

  test(`${verifies('OAUTH-9')} nothing that is stored is a code or a token`, async () => {
    const { code, accessToken, refreshToken } = await house.connect();
    const all = { kind: 'all', of: [] } as const;
    const rows = await house.app.runtime.store.find({ model: 'oauth.artifact', where: all });
    const text = JSON.stringify([rows, await house.app.runtime.store.find({ model: 'oauth.grant', where: all })]);
    for (const secret of [code, accessToken, refreshToken]) expect(text).not.toContain(secret);
  });
});
