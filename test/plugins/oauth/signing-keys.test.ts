import { decodeProtectedHeader } from 'jose';
import { expect, test } from 'vitest';
import { createSigningKeys } from '../../../plugins/oauth/provider/signing-keys.ts';
import { always } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { send } from '../../support/raw-client.ts';
import { describeOnStores } from '../../support/stores.ts';
import { type OAuthHouse, withOAuthHouse } from './oauth-house.ts';

const soon = { timeout: 15_000 };

describeOnStores('signing keys', open => {
  let house: OAuthHouse;
  let offset = 0;
  withOAuthHouse({
    open,
    now: () => Date.now() + offset,
    use(opened) {
      house = opened;
    },
  });

  const statusOf = async (key: string) => (await send(house.url, { key })).status;
  const published = async () => {
    const answer = await fetch(`${house.origin}/mcp/oauth/jwks.json`);
    return ((await answer.json()) as { keys: Record<string, unknown>[] }).keys;
  };
  const kidOf = (token: string) => decodeProtectedHeader(token).kid;

  test(`${verifies('OAUTH-3')} the first key is made on first use, by however many need it at once`, async () => {
    const { runtime } = house.app;
    expect(await runtime.store.count({ model: 'oauth.signing-key', where: always })).toBe(0);
    const instances = Array.from({ length: 4 }, () => createSigningKeys(runtime));
    const made = await Promise.all(instances.map(keys => keys.current()));
    expect(new Set(made.map(({ kid }) => kid)).size).toBe(1);
    const keys = await published();
    expect(keys.map(({ kid }) => kid)).toEqual([made[0]?.kid]);
    for (const key of keys) {
      expect(key).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' });
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    }
  });

  test(`${verifies('OAUTH-3')} a new key signs at once, and the old one's tokens stay good for their time`, async () => {
    const { accessToken: old } = await house.connect();
    const { kid } = await house.other.rotateKeys();
    await expect.poll(async () => kidOf((await house.connect()).accessToken), soon).toBe(kid);
    const { accessToken } = await house.connect();
    expect(kidOf(old)).not.toBe(kid);
    expect(await statusOf(old)).toBe(200);
    expect(await statusOf(accessToken)).toBe(200);
    expect((await published()).map(key => key.kid)).toEqual([kid, kidOf(old)]);
    const rows = await house.app.runtime.store.find({ model: 'oauth.signing-key', where: always });
    expect(rows.filter(({ private_jwk }) => private_jwk !== null)).toHaveLength(1);
    offset += 16 * 60_000;
    expect((await published()).map(key => key.kid)).toEqual([kid]);
    expect(await statusOf(old)).toBe(401);
    offset = 0;
  });

  test(`${verifies('OAUTH-3')} of a key that is dropped nothing is believed any more`, async () => {
    const { accessToken } = await house.connect();
    expect(await statusOf(accessToken)).toBe(200);
    const { kid } = await house.other.rotateKeys({ dropOld: true });
    await expect.poll(() => statusOf(accessToken), soon).toBe(401);
    expect((await published()).map(key => key.kid)).toEqual([kid]);
    await expect.poll(async () => statusOf((await house.connect()).accessToken), soon).toBe(200);
  });

  test('rotations at the same time end with one key that signs, and made-up key ids cost little', async () => {
    const { runtime } = house.app;
    const instances = Array.from({ length: 3 }, () => createSigningKeys(runtime));
    await Promise.all(instances.map(keys => keys.rotate()));
    const rows = await runtime.store.find({ model: 'oauth.signing-key', where: always });
    expect(rows.filter(({ private_jwk }) => private_jwk !== null)).toHaveLength(1);
    const [keys] = instances;
    expect(await keys?.find('unknown')).toBeUndefined();
    expect(await keys?.find('../../etc/passwd')).toBeUndefined();
  });

  test('the daily clean-up removes keys that have run out, and makes a new one in time', async () => {
    const { runtime } = house.app;
    const keys = createSigningKeys(runtime);
    const before = await keys.current();
    offset += 3_600_000;
    await keys.tidy({ maxAgeDays: 90 });
    expect(await keys.current()).toEqual(before);
    expect(await runtime.store.count({ model: 'oauth.signing-key', where: always })).toBe(1);
    offset += 91 * 86_400_000;
    await keys.tidy({ maxAgeDays: 90 });
    expect((await keys.current()).kid).not.toBe(before.kid);
    expect((await keys.publicKeys()).map(({ kid }) => kid)).toContain(before.kid);
    offset = 0;
  });
});
