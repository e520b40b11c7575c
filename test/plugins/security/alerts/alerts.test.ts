import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Principal, systemPrincipal } from '../../../../src/index.ts';
import { verifies } from '../../../requirements.ts';
import { describeOnStores, type TestStore } from '../../../support/stores.ts';
import { callIn } from '../call-in.ts';
import { eventually, type House, openHouse } from '../house.ts';
import {
  alertsIn,
  alertsWith,
  denied,
  type Instance,
  instance,
  mailsIn,
  principal,
  unauthenticated,
} from './alert-house.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describeOnStores('alerts', open => {
  let store: TestStore;
  let house: House;
  let one: Instance;
  let two: Instance;

  beforeEach(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
    const settings = alertsWith({
      failedAuthentication: { threshold: 3, coolDownMinutes: 60 },
      rateLimit: { threshold: 2 },
      mailTo: ['night@example.com'],
      maxSubjects: 4,
    });
    one = instance(house.runtime, settings);
    two = instance(house.runtime, settings);
  });
  afterEach(async () => {
    await house?.stop();
    await store?.drop();
  });

  const fail = (on: Instance, times: number, address = '198.51.100.9') => {
    for (let time = 0; time < times; time += 1) on.ended({ address }, unauthenticated);
  };
  const flush = async (...instances: readonly Instance[]) => {
    await Promise.all(instances.map(each => each.flush()));
  };

  describe('counting', () => {
    test(`${verifies('ALERT-2')} what happens again counts on the one alert, on two instances and after a restart`, async () => {
      fail(one, 3);
      fail(two, 5);
      await flush(one, two);
      for (let round = 0; round < 10; round += 1) {
        fail(one, 7);
        fail(two, 4);
        await flush(one, two);
      }
      const restarted = instance(house.runtime, alertsWith({ failedAuthentication: { threshold: 3 } }));
      fail(restarted, 6);
      await flush(restarted);
      const alerts = await alertsIn(house.runtime);
      expect(alerts).toMatchObject([
        { type: 'failed_authentication', subject: '198.51.100.9', count: 124, total: 124 },
      ]);
    });

    test(`${verifies('ALERT-1')} below the threshold, and spread over more than the window, there is none`, async () => {
      for (let time = 0; time < 20; time += 1) {
        fail(one, 1);
        house.clock.now += 6 * minute;
      }
      await flush(one);
      expect(await alertsIn(house.runtime)).toEqual([]);
    });

    test(`${verifies('ALERT-1')} each type of refusal has its own alert, about the one who can do something`, async () => {
      const known = { principal: principal() };
      for (let time = 0; time < 60; time += 1) {
        one.ended(known, denied('RATE_LIMITED', 'rate'));
        one.ended(known, denied('QUOTA_EXCEEDED', time % 2 === 0 ? 'scope' : 'redact'));
        one.ended(known, denied('OPERATION_NOT_ALLOWED', 'permission'));
        one.ended({ address: '2001:db8:0:7::1' }, denied('ADDRESS_NOT_ALLOWED', 'admit'));
        one.ended({ ...known, address: '192.0.2.3' }, denied('ADDRESS_NOT_ALLOWED', 'network'));
        one.ended(known, denied('INVALID_ARGUMENTS', 'permission'));
        one.ended({}, { kind: 'denied', stage: 'authenticate', code: 'STORE_UNAVAILABLE', reason: 'away' });
      }
      await flush(one);
      const found = (await alertsIn(house.runtime)).map(({ type, severity, subject, count }) =>
        [type, severity, subject, count].join(' '),
      );
      expect(found.toSorted()).toEqual([
        'blocked_address medium 2001:db8:0:7::/64 60',
        'blocked_address medium Ab12cd34 of sara 60',
        'denied_access medium Ab12cd34 of sara 60',
        'rate_limit low Ab12cd34 of sara 60',
        'volume_quota medium Ab12cd34 of sara 60',
      ]);
    });

    test(`${verifies('ALERT-2')} an attack from 10,000 addresses makes a bounded number of alerts and one mail`, async () => {
      for (let at = 0; at < 10_000; at += 1) fail(one, 1, `10.${at >> 8}.${at & 255}.7`);
      for (let at = 0; at < 100; at += 1) fail(two, 5, `10.99.${at}.7`);
      await flush(one, two);
      await flush(one, two);
      const alerts = await alertsIn(house.runtime);
      expect(alerts.length).toBeLessThanOrEqual(5);
      expect(alerts.reduce((sum, { count }) => sum + Number(count), 0)).toBe(10_500);
      expect((await mailsIn(house.runtime)).length).toBeLessThanOrEqual(2);
    });

    test(`${verifies('ALERT-1')} activity outside the usual hours of the user`, async () => {
      house.clock.now = Date.parse('2026-11-23T21:30:00Z');
      for (let time = 0; time < 20; time += 1) {
        one.ended({ principal: principal({ timeZone: 'Europe/Berlin', login: 'late' }) });
        one.ended({ principal: principal({ timeZone: 'UTC', id: 'c'.repeat(24) }) });
      }
      await flush(one);
      expect(await alertsIn(house.runtime)).toMatchObject([
        { type: 'off_hours', severity: 'low', subject: 'Ab12cd34 of late', count: 20 },
      ]);
      expect(await mailsIn(house.runtime)).toEqual([]);
    });

    test('a store that does not answer costs nothing: the count comes later', async () => {
      fail(one, 3);
      const { write } = house.runtime.store;
      Object.assign(house.runtime.store, { write: () => Promise.reject(new Error('away')) });
      await expect(one.flush()).rejects.toThrow('away');
      fail(one, 4);
      await expect(one.flush()).rejects.toThrow('away');
      Object.assign(house.runtime.store, { write });
      await one.flush();
      expect(await alertsIn(house.runtime)).toMatchObject([{ count: 7, total: 7 }]);
    });
  });

  test('a leaked key is told of even while its owner cannot be read', async () => {
    const { find } = house.runtime.store;
    Object.assign(house.runtime.store, { find: () => Promise.reject(new Error('away')) });
    await one.leaked({ call: callIn(), credentialId: 'd'.repeat(24) });
    Object.assign(house.runtime.store, { find });
    await one.flush();
    expect(await alertsIn(house.runtime)).toMatchObject([{ type: 'leaked_key', subject: 'd'.repeat(24), count: 1 }]);
  });

  describe('resolving', () => {
    test(`${verifies('ALERT-2')} resolved, calm during the cool-down, reopened after it; who did what stays`, async () => {
      fail(one, 3);
      await flush(one);
      const id = String((await alertsIn(house.runtime))[0]?.id);
      house.clock.now += minute;
      await house.command(['alert', 'resolve', id, '--note', 'blocked it', '--by', 'mia']);
      fail(one, 2);
      await flush(one);
      expect(await alertsIn(house.runtime)).toMatchObject([
        { state: 'resolved', resolved_by: 'mia', note: 'blocked it', count: 3, total: 5 },
      ]);
      house.clock.now += hour;
      fail(one, 3);
      fail(two, 3);
      await flush(one, two);
      const [alert] = await alertsIn(house.runtime);
      expect(alert).toMatchObject({ state: 'open', resolved_by: null, note: null, count: 6, total: 11 });
      expect(alert?.history).toMatchObject([
        { what: 'opened', by: 'system' },
        { what: 'resolved', by: 'mia', note: 'blocked it' },
        { what: 'reopened', by: 'system' },
      ]);
    });

    test(`${verifies('ALERT-2')} the commands list, show, resolve and reopen; mistakes change nothing`, async () => {
      fail(one, 3);
      await flush(one);
      const [listed] = (await house.command(['alert', 'list', '--open', '--type', 'failed_authentication'])) as [
        { id: string },
      ];
      const { id } = listed;
      const refused = [
        ['alert', 'resolve', id, '--note', ' '],
        ['alert', 'reopen', id, '--note', 'why'],
        ['alert', 'show', 'f'.repeat(24)],
        ['alert', 'list', '--type', 'nonsense'],
        ['alert', 'list', '--severity', 'awful'],
        ['alert', 'list', '--since', 'yesterday'],
      ];
      for (const line of refused) await expect(house.command(line)).rejects.toThrow();
      await house.command(['alert', 'resolve', id, '--note', 'done']);
      await house.command(['alert', 'reopen', id, '--note', 'not done']);
      expect(await house.command(['alert', 'show', id])).toMatchObject({
        state: 'open',
        details: { address: ['198.51.100.9'], code: ['UNAUTHENTICATED'] },
        history: [{ what: 'opened' }, { what: 'resolved', note: 'done' }, { what: 'reopened', note: 'not done' }],
      });
      expect(await house.command(['alert', 'list', '--since', '1h', '--severity', 'low'])).toEqual([]);
    });

    test(`${verifies('ALERT-2', 'ROLE-1')} users of security read, managers resolve as records, nobody else sees them`, async () => {
      fail(one, 3);
      await flush(one);
      const id = String((await alertsIn(house.runtime))[0]?.id);
      const as = (group: string): Principal => ({
        ...principal({ login: group }),
        groups: new Set(withImplied(group)),
      });
      const alerts = (group: string) => house.runtime.env(as(group)).of('security.alert');
      expect(() => alerts('sales')).toThrow(expect.objectContaining({ code: 'MODEL_NOT_AVAILABLE' }));
      expect((await alerts('security.user').search({})).records).toMatchObject([{ title: '198.51.100.9' }]);
      await expect(alerts('security.user').write([id], { state: 'resolved' })).rejects.toMatchObject({
        code: 'OPERATION_NOT_ALLOWED',
      });
      for (const values of [{ count: 0 }, { history: [] }, { unmailed: false }, { key: 'x' }, { severity: 'low' }]) {
        await expect(alerts('security.manager').write([id], values)).rejects.toMatchObject({ code: 'VALUES_INVALID' });
      }
      await alerts('security.manager').write([id], { state: 'resolved', note: 'seen' });
      await eventually(async () => (await alertsIn(house.runtime))[0]?.resolved_by === 'security.manager');
      const shown = await house.command(['alert', 'show', id]);
      expect(shown).toMatchObject({
        history: [{ what: 'opened' }, { what: 'resolved', by: 'security.manager', note: 'seen' }],
      });
      await expect(alerts('security.manager').delete([id])).rejects.toMatchObject({ code: 'OPERATION_NOT_ALLOWED' });
    });

    test('a resolution whose line of history was lost with its process is made up for', async () => {
      fail(one, 3);
      await flush(one);
      const id = String((await alertsIn(house.runtime))[0]?.id);
      await house.runtime.env(systemPrincipal('test')).of('security.alert').write([id], { state: 'resolved' });
      fail(one, 1);
      await flush(one);
      expect(await alertsIn(house.runtime)).toMatchObject([{ state: 'resolved', resolved_by: 'system', count: 3 }]);
    });
  });

  describe('what is usual', () => {
    const reached = (model: string, count = 1) => [{ model, operation: 'read' as const, ids: [], count, fields: [] }];

    test(`${verifies('ALERT-1')} a model that a credential has never used, told once by two instances`, async () => {
      one.ended({ principal: principal(), reached: reached('x.partner') });
      await flush(one);
      await one.learn();
      house.clock.now += 8 * day;
      for (const each of [one, two]) each.ended({ principal: principal(), reached: reached('x.vault') });
      for (let round = 0; round < 3; round += 1) {
        await flush(one, two);
        await Promise.all([one.learn(), two.learn()]);
      }
      await flush(one, two);
      expect(await alertsIn(house.runtime)).toMatchObject([
        { type: 'unusual_model', subject: 'Ab12cd34 of sara', count: 1, details: { model: ['x.vault'] } },
      ]);
    });

    test(`${verifies('ALERT-1')} far more records than on other days, over two instances`, async () => {
      for (let date = 0; date < 6; date += 1) {
        one.ended({ principal: principal(), reached: reached('x.partner', 300) });
        await flush(one);
        await one.learn();
        house.clock.now += day;
      }
      house.clock.now = Date.parse('2026-12-01T12:00:00Z');
      for (const each of [one, two]) {
        each.ended({ principal: principal(), reached: reached('x.partner', 900) });
        await flush(each);
        await each.learn();
        await flush(each);
      }
      expect(await alertsIn(house.runtime)).toMatchObject([
        { type: 'volume_anomaly', count: 1, details: { records: ['more than 1800 in a day, usually 300'] } },
      ]);
    });
  });

  test(`${verifies('ALERT-1')} a leaked key, keys that expire, an emergency revocation`, async () => {
    await house.user('sara');
    const { key } = await house.key({});
    const end = (days: number) => new Date(house.clock.now + days * day).toISOString();
    const soon = await house.key({ expiresAt: end(10) });
    await house.key({ expiresAt: end(30) });
    expect((await house.call({ key, via: 'query' })).code).toBe('UNAUTHENTICATED');
    house.runtime.emit('keys.revoked-all', { by: 'mia', reason: 'laptop stolen', count: 12 });
    await house.app.jobs.run('key expiry alerts');
    const find = async (type: string) => (await alertsIn(house.runtime)).filter(alert => alert.type === type);
    await eventually(async () => (await alertsIn(house.runtime)).length === 3);
    expect(await find('leaked_key')).toMatchObject([{ severity: 'critical', count: 1, details: { user: ['sara'] } }]);
    expect(await find('key_expiring')).toMatchObject([{ severity: 'low', subject: `${soon.prefix} of sara` }]);
    expect(await find('emergency_revocation')).toMatchObject([
      { severity: 'critical', details: { by: ['mia'], reason: ['laptop stolen'] } },
    ]);
    expect(JSON.stringify(await alertsIn(house.runtime))).not.toContain(key);
  });
});

function withImplied(group: string): string[] {
  return group === 'security.manager' ? [group, 'security.user'] : [group];
}
