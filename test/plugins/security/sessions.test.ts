import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeExpired } from '../../../plugins/security/sessions/session-jobs.ts';
import { settings } from '../../../plugins/security/settings.ts';
import { always, equals } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { eventually, type House, openHouse } from './house.ts';

const minute = 60_000;

describeOnStores('sessions', open => {
  let store: TestStore;
  let house: House;

  beforeAll(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
    await house.user('sara');
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  const sessionsOf = (id: string) =>
    house.runtime.store.find({ model: 'security.session', where: equals('credential_id', id) });

  test(`${verifies('SES-1')} calls of one client are one session; another client, agent or address is another`, async () => {
    const { id, key } = await house.key({});
    const first = await house.call({ key });
    const again = await house.call({ key });
    expect(again.call.session?.id).toBe(first.call.session?.id);
    const others = [
      await house.call({ key, client: { name: 'other' } }),
      await house.call({ key, client: { version: '2' } }),
      await house.call({ key, client: { userAgent: 'curl' } }),
      await house.call({ key, address: '203.0.113.8' }),
      await house.call({ key, client: { sessionId: 'protocol-session' } }),
    ];
    const ids = new Set([first, ...others].map(({ call }) => call.session?.id));
    // The protocol session takes over the session that its client had before.
    expect(ids.size).toBe(5);
    expect(await sessionsOf(id)).toHaveLength(5);
  });

  test(`${verifies('SES-1')} a protocol session is one session whatever address it comes from`, async () => {
    const { key } = await house.key({});
    const client = { sessionId: 'roaming' };
    const one = await house.call({ key, client, address: '203.0.113.8' });
    const two = await house.call({ key, client, address: '203.0.113.9' });
    expect(two.call.session?.id).toBe(one.call.session?.id);
  });

  test(`${verifies('SES-1', 'SES-2')} an open stream keeps its session from being idle, not from its age, and is no request`, async () => {
    const other = await openHouse({ location: store.location, clock: { now: house.clock.now } });
    const { sessions } = settings.parse({});
    const signal = new AbortController().signal;
    try {
      const { id, key } = await other.key({});
      const listeners = [
        { key, client: { sessionId: 'listening' } },
        { key, client: { name: 'subscribed' } },
      ];
      for (const listener of listeners) await other.call(listener);
      for (let looks = 0; looks < 2; looks += 1) {
        other.clock.now += 20 * minute;
        for (const listener of listeners) expect(await other.recheck(listener)).toBeUndefined();
        const last_activity = new Date(other.clock.now).toISOString();
        await eventually(async () => (await sessionsOf(id)).every(row => row.last_activity === last_activity));
        await closeExpired({ runtime: other.runtime, settings: sessions, signal });
      }
      expect(await sessionsOf(id)).toMatchObject(
        listeners.map(() => ({ state: 'active', request_count: 1, addresses: ['203.0.113.7'] })),
      );
      other.clock.now += sessions.maxHours * 60 * minute;
      expect(await other.recheck({ key, client: { sessionId: 'listening' } })).toBe('SESSION_ENDED');
      expect(await sessionsOf(id)).toMatchObject(listeners.map(() => ({ state: 'ended', end_reason: 'max_age' })));
    } finally {
      await other.stop();
    }
  });

  test(`${verifies('SES-1')} start, last activity, number of calls and addresses are written down`, async () => {
    const other = await openHouse({ location: store.location, clock: { now: house.clock.now } });
    const { id, key } = await other.key({});
    const client = { sessionId: 's' };
    await other.call({ key, client });
    other.clock.now += 5 * minute;
    for (let call = 0; call < 4; call += 1) await other.call({ key, client, address: '203.0.113.9' });
    await other.stop();
    expect(await sessionsOf(id)).toMatchObject([
      {
        state: 'active',
        request_count: 5,
        addresses: ['203.0.113.7', '203.0.113.9'],
        started_at: new Date(house.clock.now).toISOString(),
        last_activity: new Date(other.clock.now).toISOString(),
        client_name: 'test',
        user_agent: 'vitest',
      },
    ]);
  });

  describe('the limit', () => {
    const fifty = Array.from({ length: 50 }, (_, index) => `client ${index}`);

    test(`${verifies('SES-2')} of 3 lets in exactly 3 of 50 concurrent first calls, on one instance`, async () => {
      const { id, key } = await house.key({ maxSessions: 3 });
      const answers = await Promise.all(fifty.map(name => house.call({ key, client: { name } })));
      expect(answers.filter(({ code }) => code === undefined)).toHaveLength(3);
      for (const { refusal } of answers.filter(({ code }) => code !== undefined)) {
        expect(refusal).toMatchObject({ stage: 'session', as: 'http', error: { code: 'SESSION_LIMIT', status: 429 } });
      }
      expect(await sessionsOf(id)).toHaveLength(3);
    });

    test(`${verifies('SES-2')} is exact on three instances at once`, async () => {
      const houses = await Promise.all(
        [1, 2, 3].map(() => openHouse({ location: store.location, clock: house.clock })),
      );
      const { id, key } = await house.key({ maxSessions: 3 });
      const answers = await Promise.all(fifty.map((name, index) => houses[index % 3]?.call({ key, client: { name } })));
      expect(answers.filter(answer => answer?.code === undefined)).toHaveLength(3);
      expect(await sessionsOf(id)).toHaveLength(3);
      await Promise.all(houses.map(one => one.stop()));
    });

    test(`${verifies('SES-2')} does not hold up those who are in, on whatever instance they come`, async () => {
      const other = await openHouse({ location: store.location, clock: house.clock });
      const { key } = await house.key({ maxSessions: 1 });
      const mine = await house.call({ key, client: { name: 'mine' } });
      expect((await house.call({ key, client: { name: 'second' } })).code).toBe('SESSION_LIMIT');
      expect((await other.call({ key, client: { name: 'second' } })).code).toBe('SESSION_LIMIT');
      expect((await other.call({ key, client: { name: 'mine' } })).call.session?.id).toBe(mine.call.session?.id);
      expect((await house.call({ key, client: { name: 'mine' } })).code).toBeUndefined();
      await other.stop();
    });

    test(`${verifies('SES-2')} frees a place when a session has been idle long enough`, async () => {
      const { id, key } = await house.key({ maxSessions: 1, sessionIdleMinutes: 10 });
      const old = await house.call({ key, client: { name: 'old' } });
      house.clock.now += 10 * minute - 1;
      expect((await house.call({ key, client: { name: 'new' } })).code).toBe('SESSION_LIMIT');
      house.clock.now += 1_001;
      expect((await house.call({ key, client: { name: 'new' } })).code).toBeUndefined();
      const rows = await sessionsOf(id);
      expect(rows.find(row => row.id === old.call.session?.id)).toMatchObject({ state: 'ended', end_reason: 'idle' });
      expect(rows.filter(({ state }) => state === 'active')).toHaveLength(1);
      expect((await house.call({ key, client: { name: 'old' } })).code).toBe('SESSION_LIMIT');
    });

    test(`${verifies('SES-2')} counts activity: a busy session is not idle`, async () => {
      const { key } = await house.key({ maxSessions: 1, sessionIdleMinutes: 10 });
      for (let call = 0; call < 5; call += 1) {
        expect((await house.call({ key, client: { name: 'busy' } })).code).toBeUndefined();
        house.clock.now += 6 * minute;
      }
      expect((await house.call({ key, client: { name: 'new' } })).code).toBe('SESSION_LIMIT');
    });

    test('is not used up by a key that is used from where it may not be, or when it may not be', async () => {
      const far = await house.key({ maxSessions: 1, allow: ['203.0.113.0/24'] });
      expect((await house.call({ key: far.key, address: '198.51.100.1' })).refusal).toMatchObject({ stage: 'network' });
      const late = await house.key({ maxSessions: 1, hours: 'mon 03:00-03:01' });
      expect((await house.call({ key: late.key })).refusal).toMatchObject({
        stage: 'network',
        error: { code: 'OUTSIDE_HOURS' },
      });
      expect([await sessionsOf(far.id), await sessionsOf(late.id)]).toEqual([[], []]);
      expect((await house.call({ key: far.key })).code).toBeUndefined();
    });
  });

  test(`${verifies('SES-2')} past its maximum age a session ends once, and the next call begins another`, async () => {
    const { id, key } = await house.key({ sessionMaxMinutes: 60 });
    const first = await house.call({ key });
    for (let call = 0; call < 3; call += 1) {
      house.clock.now += 20 * minute - 1;
      expect((await house.call({ key })).code).toBeUndefined();
    }
    house.clock.now += 3;
    const ended = await house.call({ key });
    expect(ended.refusal).toMatchObject({ stage: 'session', error: { code: 'SESSION_ENDED', status: 401 } });
    const next = await house.call({ key });
    expect(next.code).toBeUndefined();
    expect(next.call.session?.id).not.toBe(first.call.session?.id);
    expect((await sessionsOf(id)).map(({ end_reason }) => end_reason).sort()).toEqual(['max_age', null]);
  });

  test(`${verifies('SES-2')} where the settings say so the oldest ends instead, here and, within seconds, elsewhere`, async () => {
    const settings = {
      sessions: {
        limit: 2,
        idleMinutes: 30,
        maxHours: 24,
        whenFull: 'endOldest' as const,
        keepDays: 30,
        endedMinutes: 5,
      },
    };
    const clock = { now: house.clock.now };
    const one = await openHouse({ location: store.location, clock, settings });
    const two = await openHouse({ location: store.location, clock, settings });
    const { key } = await one.key({});
    for (const name of ['a', 'b']) {
      clock.now += 1_000;
      expect((await one.call({ key, client: { name } })).code).toBeUndefined();
    }
    clock.now += 1_000;
    expect((await two.call({ key, client: { name: 'c' } })).code).toBeUndefined();
    // The first instance learns of it when it writes its activity down.
    await one.stop();
    const three = await openHouse({ location: store.location, clock, settings });
    const refused = await three.call({ key, client: { name: 'a' } });
    expect(refused.refusal?.error).toMatchObject({ code: 'SESSION_ENDED', headers: { 'Retry-After': '300' } });
    clock.now += 5 * minute;
    expect((await three.call({ key, client: { name: 'a' } })).code).toBeUndefined();
    await Promise.all([two.stop(), three.stop()]);
  });

  test('a slots document that cannot be read lets nobody in', async () => {
    const { id, key } = await house.key({});
    await house.call({ key });
    await house.runtime.store.write([
      { kind: 'update', model: 'security.session-slots', where: equals('id', id), set: { open: 'none' } },
    ]);
    const answer = await house.call({ key, client: { name: 'new' } });
    expect(answer.refusal).toMatchObject({ stage: 'session', error: { code: 'INTERNAL', status: 500 } });
  });

  test('hostile client names are stored as far as they can be', async () => {
    const { id, key } = await house.key({});
    const name = `a\u0000b\ud800${'x'.repeat(10_000)}`;
    expect((await house.call({ key, client: { name, version: name, userAgent: name } })).code).toBeUndefined();
    expect(await sessionsOf(id)).toHaveLength(1);
  });

  test('a client cannot forge a line of a list, or move the cursor of whoever reads it', async () => {
    const { id, key } = await house.key({});
    const name = 'good\n0123456789ab  forged\u001b[2J\u009b1m';
    expect((await house.call({ key, client: { name, version: name, userAgent: name } })).code).toBeUndefined();
    const [session] = await sessionsOf(id);
    expect(session).toMatchObject({ client_name: 'good 0123456789ab  forged [2J 1m' });
    expect(`${session?.client_version}${session?.user_agent}`).not.toMatch(/\p{Cc}/u);
  });

  test(`${verifies('SES-1')} session list names them by key and user`, async () => {
    const { key, prefix } = await house.key({});
    await house.call({ key });
    const listed = (await house.command(['session', 'list', '--key', prefix, '--json'])) as { key: string }[];
    expect(listed).toMatchObject([{ key: prefix, client: 'test 1', addresses: ['203.0.113.7'], state: 'active' }]);
    expect((await house.command(['session', 'list', '--user', 'sara', '--limit', '3'])) as unknown[]).toHaveLength(3);
    await expect(house.command(['session', 'list', '--user', 'nobody'])).rejects.toMatchObject({
      code: 'USER_NOT_FOUND',
    });
    expect(await house.runtime.store.count({ model: 'security.session', where: always })).toBeGreaterThan(3);
  });
});
