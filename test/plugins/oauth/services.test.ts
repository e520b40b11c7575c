import { decodeJwt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { userIds } from '../../../plugins/demo/company/users.ts';
import { createService } from '../../../plugins/oauth/clients/create-service.ts';
import { verifies } from '../../requirements.ts';
import { send } from '../../support/raw-client.ts';
import { describeOnStores } from '../../support/stores.ts';
import { type OAuthHouse, withOAuthHouse } from './oauth-house.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

describeOnStores('services', open => {
  let house: OAuthHouse;
  withOAuthHouse({
    open,
    use(opened) {
      house = opened;
    },
  });

  const statusOf = async (key: unknown) => (await send(house.url, { key: String(key) })).status;
  const basic = (id: string, secret: string) => ({
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  });
  const form = { grant_type: 'client_credentials', scope: 'read write' };

  async function service(credential: Parameters<typeof createService>[0]['credential'] = { kind: 'secret' }) {
    const { runtime } = house.app;
    const made = await createService({ runtime, name: 'Nightly', user: 'hank', scopes: ['read', 'write'], credential });
    return { ...made, secret: made.secret ?? '' };
  }

  test(`${verifies('OAUTH-12', 'OAUTH-7')} a service gets a token for its user by its secret, within its scopes`, async () => {
    const { clientId, secret } = await service();
    const answer = await house.post('token', { ...form, scope: 'read write delete' }, basic(clientId, secret));
    expect(answer.json).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: 'read write' });
    expect(answer.json.refresh_token).toBeUndefined();
    const key = String(answer.json.access_token);
    expect(decodeJwt(key)).toMatchObject({ sub: userIds.hank, client_id: clientId, aud: house.url, iss: house.origin });
    expect(await statusOf(key)).toBe(200);
    await house.other.revokeClient({ clientId, reason: 'test' });
    await expect.poll(() => statusOf(key), { timeout: 15_000 }).toBe(401);
    expect((await house.post('token', form, basic(clientId, secret))).status).toBe(401);
  });

  test(`${verifies('OAUTH-12')} a wrong secret, no secret and another's secret get nothing`, async () => {
    const one = await service();
    const two = await service();
    for (const headers of [
      basic(one.clientId, 'wrong'),
      basic(one.clientId, two.secret),
      basic('nobody', one.secret),
    ]) {
      const answer = await house.post('token', form, headers);
      expect([answer.status, answer.json.error]).toEqual([401, 'invalid_client']);
    }
    for (const client_secret of ['', one.secret.slice(0, -1), `${one.secret}x`]) {
      const answer = await house.post('token', { ...form, client_id: one.clientId, client_secret });
      expect(answer.json.error).toMatch(/^invalid_(client|request)$/);
    }
    expect((await house.post('token', { ...form, client_id: one.clientId })).json.error).toMatch(/^invalid_/);
  });

  test('what is stored of a secret is no secret', async () => {
    const { id, clientId } = await service();
    const where = { kind: 'compare', field: 'id', operator: '=', value: id } as const;
    const [row] = await house.app.runtime.store.find({ model: 'oauth.client-secret', where });
    const answer = await house.post('token', form, basic(clientId, String(row?.hash)));
    expect(answer.json.error).toBe('invalid_client');
  });

  test(`${verifies('OAUTH-12')} scopes have to be named, and a client of a user is no service`, async () => {
    const { clientId, secret } = await service();
    const nothing = await house.post('token', { grant_type: 'client_credentials' }, basic(clientId, secret));
    expect(nothing.json.error).toBe('invalid_scope');
    const registered = String((await house.register()).json.client_id);
    expect((await house.post('token', { ...form, client_id: registered })).status).toBe(400);
  });

  test(`${verifies('OAUTH-12')} a service whose user is disabled gets nothing`, async () => {
    const { clientId, secret } = await service();
    const headers = basic(clientId, secret);
    const { access_token: key } = (await house.post('token', form, headers)).json;
    const where = { kind: 'compare', field: 'login', operator: '=', value: 'hank' } as const;
    const set = (active: boolean) =>
      house.app.runtime.store.write([{ kind: 'update', model: 'base.user', where, set: { active } }]);
    await set(false);
    await expect.poll(() => statusOf(key), { timeout: 15_000 }).toBe(401);
    expect((await house.post('token', form, headers)).status).toBe(400);
    await set(true);
  });

  test(`${verifies('OAUTH-12', 'OAUTH-9')} a service signs for itself, each assertion once`, async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk: JWK = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
    const { clientId } = await service({ kind: 'keys', jwks: JSON.stringify({ keys: [jwk] }) });
    const assertion = (change: Record<string, unknown> = {}, alg = 'ES256') => {
      const now = Math.floor(Date.now() / 1_000);
      const claims = {
        iss: clientId,
        sub: clientId,
        aud: house.origin,
        jti: crypto.randomUUID(),
        iat: now,
        exp: now + 60,
      };
      return new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg, kid: 'k1' }).sign(privateKey);
    };
    const ask = (client_assertion: string) =>
      house.post('token', { ...form, client_id: clientId, client_assertion, client_assertion_type: assertionType });

    const good = await assertion();
    const answer = await ask(good);
    expect(answer.status).toBe(200);
    expect(await statusOf(answer.json.access_token)).toBe(200);
    expect((await ask(good)).status).toBe(401);
    const raced = await assertion();
    const statuses = (await Promise.all(Array.from({ length: 10 }, () => ask(raced)))).map(({ status }) => status);
    expect(statuses.filter(status => status === 200)).toHaveLength(1);

    const past = Math.floor(Date.now() / 1_000) - 120;
    for (const change of [
      { aud: 'https://other.example' },
      { iss: 'other' },
      { sub: 'other' },
      { exp: past },
      { exp: undefined },
      { jti: undefined },
    ]) {
      const { error } = (await ask(await assertion(change))).json;
      expect([change, error]).toEqual([change, expect.stringMatching(/^invalid_(client|request)$/)]);
    }
    const [header = '', payload = ''] = (await assertion()).split('.');
    expect((await ask(`${header}.${payload}.AAAA`)).status).toBe(401);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect((await ask(`${none}.${payload}.`)).status).toBe(401);
  });
});
