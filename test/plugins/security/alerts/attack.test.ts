import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../../../requirements.ts';
import { type MailServer, startMailServer } from '../../../support/mail-server.ts';
import { describeOnStores, type TestStore } from '../../../support/stores.ts';
import { eventually, type House, openHouse } from '../house.ts';
import { alertsIn, alertsWith } from './alert-house.ts';

/** Quoted-printable, as far as plain ASCII text needs it, and headers without their folds. */
function decode(text: string): string {
  return text
    .replaceAll('=\r\n', '')
    .replaceAll(/\r\n[ \t]/g, ' ')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

describeOnStores('an attack', open => {
  let store: TestStore;
  let house: House;
  let server: MailServer;

  beforeAll(async () => {
    store = await open();
    server = await startMailServer();
    house = await openHouse({
      location: store.location,
      mail: { url: server.url, from: 'Gatehouse <gate@example.com>' },
      background: true,
      settings: { alerts: alertsWith({ mailTo: ['night@example.com'] }) },
    });
    await addManagers(house);
  });
  afterAll(async () => {
    await house?.stop();
    await server?.stop();
    await store?.drop();
  });

  test(`${verifies('ALERT-1', 'ALERT-2')} 10,000 failed log-ins make one alert that counts them all, and a mail a cool-down to each manager`, {
    timeout: 120_000,
  }, async () => {
    const attempt = () => house.call({ key: 'gh_Guess123_wrong', address: '198.51.100.66' });
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all(Array.from({ length: 500 }, attempt));
      expect(answers.every(({ code }) => code === 'UNAUTHENTICATED')).toBe(true);
    }
    const { runtime } = house;
    await eventually(async () => (await alertsIn(runtime))[0]?.count === 10_000);
    expect(await alertsIn(runtime)).toMatchObject([
      {
        type: 'failed_authentication',
        severity: 'high',
        state: 'open',
        subject: '198.51.100.66',
        details: { address: ['198.51.100.66'], key: ['Guess123'], code: ['UNAUTHENTICATED'] },
      },
    ]);
    await eventually(() => server.received.length >= 3);
    expect(server.received.flatMap(({ to }) => to).toSorted()).toEqual([
      'ada@example.com',
      'mia@example.com',
      'night@example.com',
    ]);
    const text = decode(server.received[0]?.raw ?? '');
    expect(text).toContain('Subject: [Gatehouse] HIGH: Failed authentication: 198.51.100.66');
    for (const part of [
      'What to do:',
      'network.deny',
      'How often:',
      '2026-11-23 12:00:00 UTC',
      'gatehouse alert resolve',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('gh_Guess123');

    // It goes on within the cool-down; when that is over there is one more mail, with the whole count.
    await eventually(async () => (await alertsIn(runtime)).every(({ mailed_at: mailedAt }) => mailedAt !== null));
    await attempt();
    await eventually(async () => (await alertsIn(runtime))[0]?.count === 10_001);
    house.clock.now += 61 * 60_000;
    await eventually(() => server.received.length >= 6);
    expect(server.received.slice(3).every(({ raw }) => decode(raw).includes('10001 times'))).toBe(true);
    expect(await alertsIn(runtime)).toMatchObject([{ unmailed: false }]);
    expect(server.received).toHaveLength(6);
  });
});

/** A manager, an admin (who is one by implication), one who only reads, and one who has left. */
async function addManagers({ runtime }: House): Promise<void> {
  const users = runtime.system('test').of('base.user');
  const groups = new Map(
    (await runtime.system('test').of('base.group').search({})).records.map(({ id, values }) => [values.name, id]),
  );
  const user = (login: string, group: string, active = true) => ({
    login,
    name: login,
    email: `${login}@example.com`,
    active,
    groups: [groups.get(group)],
  });
  for (const values of [
    user('mia', 'security.manager'),
    user('ada', 'security.admin'),
    user('rob', 'security.user'),
    user('gone', 'security.manager', false),
  ])
    await users.create([values]);
}
