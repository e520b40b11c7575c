import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeExpired, deleteEnded } from '../../../plugins/security/sessions/session-jobs.ts';
import { settings } from '../../../plugins/security/settings.ts';
import { equals } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { eventually, type House, openHouse } from './house.ts';

const minute = 60_000;
const { sessions } = settings.parse({});
const signal = new AbortController().signal;

describeOnStores('ends of sessions', open => {
  let store: TestStore;
  let house: House;
  let other: House;

  beforeAll(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
    other = await openHouse({ location: store.location, clock: house.clock });
    await house.user('sara');
  });
  afterAll(async () => {
    await other?.stop();
    await house?.stop();
    await store?.drop();
  });

  const row = async (id: string | undefined) =>
    (await house.runtime.store.find({ model: 'security.session', where: equals('id', id ?? '') }))[0];
  const end = (id: string | undefined) => house.command(['session', 'end', id ?? '', '--json']);

  test(`${verifies('SES-3')} one that is ended by hand is refused on every instance, and its client gets no other for the time`, async () => {
    const { key } = await house.key({});
    const session = (await other.call({ key })).call.session?.id;
    await house.call({ key });
    expect(await end(session)).toEqual({ id: session, ended: true });
    for (const instance of [house, other]) {
      await eventually(async () => (await instance.call({ key })).code === 'SESSION_ENDED');
    }
    expect(await row(session)).toMatchObject({ state: 'ended', end_reason: 'by_hand' });
    expect((await house.call({ key, client: { name: 'another client' } })).code).toBeUndefined();
    house.clock.now += sessions.endedMinutes * minute - 1;
    expect((await house.call({ key })).refusal).toMatchObject({ stage: 'session', error: { status: 401 } });
    house.clock.now += 1;
    expect((await house.call({ key })).code).toBeUndefined();
    expect(await end(session)).toEqual({ id: session, ended: false });
    await expect(end('0'.repeat(24))).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
  });

  test(`${verifies('SES-3')} a client of the protocol's sessions does not get round it by another of them`, async () => {
    const { key } = await house.key({});
    const call = (sessionId: string | undefined) => house.call({ key, era: 'legacy', client: { sessionId } });
    await call(undefined);
    const session = (await call('first')).call.session?.id;
    await end(session);
    await eventually(async () => (await call('first')).code === 'SESSION_ENDED');
    expect((await call('second')).code).toBe('SESSION_ENDED');
    expect((await call(undefined)).code).toBe('SESSION_ENDED');
  });

  test(`${verifies('SES-4')} idle and old ones are closed by the job, their places are free, and busy ones stay`, async () => {
    const { key } = await house.key({ maxSessions: 2 });
    const idle = (await house.call({ key, client: { name: 'idle' } })).call.session?.id;
    house.clock.now += 20 * minute;
    const busy = (await house.call({ key, client: { name: 'busy' } })).call.session?.id;
    house.clock.now += 11 * minute;
    await Promise.all([
      closeExpired({ runtime: house.runtime, settings: sessions, signal }),
      closeExpired({ runtime: other.runtime, settings: sessions, signal }),
    ]);
    expect(await row(idle)).toMatchObject({ state: 'ended', end_reason: 'idle' });
    expect(await row(busy)).toMatchObject({ state: 'active' });
    expect((await house.call({ key, client: { name: 'third' } })).code).toBeUndefined();
    house.clock.now += sessions.maxHours * 60 * minute;
    await closeExpired({ runtime: house.runtime, settings: sessions, signal });
    expect(await row(busy)).toMatchObject({ state: 'ended', end_reason: 'max_age' });
  });

  test(`${verifies('SES-4')} a session of the protocol that the job has closed stays ended`, async () => {
    const { key } = await house.key({});
    const client = { sessionId: 'long idle' };
    await house.call({ key, era: 'legacy', client });
    house.clock.now += (sessions.idleMinutes + 1) * minute;
    await closeExpired({ runtime: house.runtime, settings: sessions, signal });
    expect((await house.call({ key, era: 'legacy', client })).code).toBe('SESSION_ENDED');
    expect((await house.call({ key, era: 'legacy' })).code).toBeUndefined();
  });

  test(`${verifies('SES-4')} those that ended long ago are deleted by the daily job, no others`, async () => {
    const { key } = await house.key({});
    const session = (await house.call({ key })).call.session?.id;
    await end(session);
    house.clock.now += sessions.keepDays * 24 * 60 * minute;
    await deleteEnded({ runtime: house.runtime, settings: sessions });
    expect(await row(session)).toBeDefined();
    house.clock.now += 1;
    await deleteEnded({ runtime: house.runtime, settings: sessions });
    expect(await row(session)).toBeUndefined();
  });
});
