import { afterEach, beforeEach, expect, test } from 'vitest';
import { rotateExpiring } from '../../../../plugins/security/keys/rotation/rotation-job.ts';
import { settings } from '../../../../plugins/security/settings.ts';
import { equals } from '../../../../src/index.ts';
import { verifies } from '../../../requirements.ts';
import { describeOnStores, type TestStore } from '../../../support/stores.ts';
import { type House, openHouse } from '../house.ts';
import { alertsIn, alertsWith, instance, mailsIn } from './alert-house.ts';

const day = 86_400_000;

describeOnStores(`${verifies('ROT-1', 'ALERT-1')} mails about keys that expire`, open => {
  let store: TestStore;
  let house: House;

  beforeEach(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
    for (const [login, group] of Object.entries({ sara: 'sales', mia: 'security.manager', max: 'security.manager' })) {
      const id = await house.user(login, [group]);
      await house.runtime
        .system('test')
        .of('base.user')
        .write([id], { email: `${login}@example.com` });
    }
  });
  afterEach(async () => {
    await house.stop();
    await store.drop();
  });

  const key = (user: string) => house.key({ user, expiresAt: new Date(house.clock.now + 90 * day).toISOString() });

  /** Both daily jobs, one after the other, on two instances. */
  async function aDay(): Promise<void> {
    const { runtime } = house;
    const alerts = alertsWith({ mailFrom: 'low' });
    for (const one of [instance(runtime, alerts), instance(runtime, alerts)]) {
      await rotateExpiring({ runtime, settings: settings.parse({}).rotation, signal: new AbortController().signal });
      await one.expiring();
      await one.flush();
    }
  }

  const mailsTo = async (login: string) =>
    (await mailsIn(house.runtime)).filter(({ recipient }) => recipient === `${login}@example.com`);

  test('the owner, a manager too, gets one about their own key, and the other managers get theirs', async () => {
    const [own, others] = [await key('mia'), await key('sara')];
    house.clock.now += 85 * day;
    await aDay();
    const about = async (login: string, prefix: string) =>
      (await mailsTo(login))
        .filter(mail => JSON.stringify(mail).includes(prefix))
        .map(({ subject }) => String(subject));
    expect(await about('mia', own.prefix)).toEqual([expect.stringMatching(/has a successor/)]);
    expect(await about('sara', others.prefix)).toEqual([expect.stringMatching(/has a successor/)]);
    expect(await about('mia', others.prefix)).toEqual([expect.stringMatching(/Key expiring/)]);
    expect(await about('max', own.prefix)).toEqual([expect.stringMatching(/Key expiring/)]);
    expect(await alertsIn(house.runtime)).toHaveLength(2);
  });

  test('a key whose successor its owner has fetched is nobody’s alert any more; one that waits to be fetched still is', async () => {
    const [fetched, waiting] = [await key('sara'), await key('sara')];
    house.clock.now += 85 * day;
    const { runtime } = house;
    await rotateExpiring({ runtime, settings: settings.parse({}).rotation, signal: new AbortController().signal });
    const [row] = await runtime.store.find({ model: 'security.api-key', where: equals('id', fetched.id) });
    const where = equals('id', String(row?.successor));
    await runtime.store.write([{ kind: 'update', model: 'security.api-key', where, set: { is_unclaimed: false } }]);
    await aDay();
    expect(await alertsIn(runtime)).toMatchObject([{ subject: `${waiting.prefix} of sara` }]);
  });
});
