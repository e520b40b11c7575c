import { expect, test } from 'vitest';
import { always } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { type OAuthHouse, withOAuthHouse } from './oauth-house.ts';

const day = 86_400_000;

describeOnStores('OAuth clean-up', open => {
  let house: OAuthHouse;
  let offset = 0;
  withOAuthHouse({
    open,
    now: () => Date.now() + offset,
    use(opened) {
      house = opened;
    },
  });

  const count = (model: string) => house.app.runtime.store.count({ model, where: always });
  const liveGrants = () => {
    const where = { kind: 'compare', field: 'revoked_at', operator: '=', value: null } as const;
    return house.app.runtime.store.count({ model: 'oauth.grant', where });
  };
  const cleanUp = () => house.app.jobs.run('OAuth clean-up');

  test(`${verifies('OAUTH-11', 'JOB-1')} what has run out goes, what is used stays`, async () => {
    const idle = await house.connect();
    const used = await house.connect({ clientId: idle.clientId });
    await house.post('revoke', { client_id: idle.clientId, token: idle.accessToken });
    await cleanUp();
    expect([await liveGrants(), await count('oauth.denied-token')]).toEqual([2, 1]);

    offset += 20 * day;
    const form = { grant_type: 'refresh_token', client_id: used.clientId, refresh_token: used.refreshToken };
    const { json } = await house.post('token', form);
    offset += 15 * day;
    await cleanUp();
    expect([await liveGrants(), await count('oauth.denied-token')]).toEqual([1, 0]);
    const again = await house.post('token', { ...form, refresh_token: String(json.refresh_token) });
    expect(again.status).toBe(200);

    offset += 120 * day;
    await cleanUp();
    offset += 120 * day;
    await cleanUp();
    expect([await count('oauth.grant'), await count('oauth.artifact')]).toEqual([0, 0]);
  });
});
