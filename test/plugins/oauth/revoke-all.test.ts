import { expect, test } from 'vitest';
import { createService } from '../../../plugins/oauth/clients/create-service.ts';
import { confirmation, revokeAllKeys } from '../../../plugins/security/keys/revoke-all.ts';
import type { AuditEntry } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { send } from '../../support/raw-client.ts';
import { describeOnStores } from '../../support/stores.ts';
import { type OAuthHouse, withOAuthHouse } from './oauth-house.ts';

describeOnStores('emergency', open => {
  let house: OAuthHouse;
  withOAuthHouse({
    open,
    use(opened) {
      house = opened;
    },
  });

  const statusOf = async (key: unknown) => (await send(house.url, { key: String(key) })).status;

  test(`${verifies('REV-1')} with all keys end all grants and services, and their tokens`, async () => {
    const { runtime } = house.app;
    const { clientId, accessToken, refreshToken } = await house.connect();
    const made = await createService({
      runtime,
      name: 'Nightly',
      user: 'hank',
      scopes: ['read'],
      credential: { kind: 'secret' },
    });
    const service = { client_id: made.clientId, client_secret: made.secret ?? '' };
    const basic = Buffer.from(`${service.client_id}:${service.client_secret}`).toString('base64');
    const ask = () =>
      house.post('token', { grant_type: 'client_credentials', scope: 'read' }, { authorization: `Basic ${basic}` });
    const { access_token: serviceToken } = (await ask()).json;
    expect([await statusOf(accessToken), await statusOf(serviceToken)]).toEqual([200, 200]);

    const entries: AuditEntry[] = [];
    const audit = { write: async (entry: AuditEntry) => void entries.push(entry) };
    await revokeAllKeys({ runtime, audit, reason: 'a laptop is gone', confirm: confirmation, by: 'admin' });
    expect(entries[0]?.outcome).toMatchObject({
      note: { reason: '0 keys, 2 OAuth grants and services revoked: a laptop is gone' },
    });
    const both = () => Promise.all([accessToken, serviceToken].map(statusOf));
    await expect.poll(both, { timeout: 15_000 }).toEqual([401, 401]);
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken };
    expect((await house.post('token', form)).json).toMatchObject({ error: 'invalid_grant' });
    expect((await ask()).json).toMatchObject({ error: 'invalid_client' });
    // Whoever signs in again begins anew.
    expect(await statusOf((await house.connect({ clientId })).accessToken)).toBe(200);
  });
});
