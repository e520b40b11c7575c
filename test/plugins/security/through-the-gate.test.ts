import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noLimits } from '../../../plugins/security/keys/key-limits.ts';
import { createSessionBook } from '../../../plugins/security/sessions/session-book.ts';
import { settings } from '../../../plugins/security/settings.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { principalIn } from '../base/principal-in.ts';
import { callIn } from './call-in.ts';
import { type House, openHouse } from './house.ts';

const minute = 60_000;

describeOnStores('limits through the gate', open => {
  let store: TestStore;
  let house: House;

  beforeAll(async () => {
    store = await open();
    house = await openHouse({
      location: store.location,
      settings: {
        network: { allow: [], deny: ['198.51.100.0/24', '2001:db8:bad::/48'] },
        rate: { perMinute: 5, perUser: 8, global: null, shared: true, slack: 0 },
      },
    });
    await house.user('sara');
    await house.user('hank');
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  describe('rates', () => {
    test(`${verifies('RATE-2')} every answer says where the caller stands; over the limit it is 429 with Retry-After`, async () => {
      const { key } = await house.key({ user: 'hank', rate: 3 });
      const standings: unknown[] = [];
      for (let call = 0; call < 3; call += 1) {
        const { responseHeaders } = (await house.call({ key })).call;
        standings.push([responseHeaders['X-RateLimit-Limit'], responseHeaders['X-RateLimit-Remaining']]);
        house.clock.now += 10_000;
      }
      expect(standings).toEqual([
        ['3', '2'],
        ['3', '1'],
        ['3', '0'],
      ]);
      const refused = await house.call({ key });
      expect(refused.refusal).toMatchObject({
        stage: 'rate',
        as: 'http',
        error: { code: 'RATE_LIMITED', status: 429, headers: { 'Retry-After': '30' } },
      });
      const reset = String((house.clock.now + 30_000) / 1000);
      expect(refused.call.responseHeaders).toEqual({
        'X-RateLimit-Limit': '3',
        'X-RateLimit-Remaining': '0',
        'X-RateLimit-Reset': reset,
      });
      // Refused calls do not push the end of the wait away.
      house.clock.now += 29_999;
      expect((await house.call({ key })).code).toBe('RATE_LIMITED');
      house.clock.now += 1;
      expect((await house.call({ key })).code).toBeUndefined();
    });

    test(`${verifies('RATE-1')} without a rate of its own the settings' holds, and one user has one for all keys`, async () => {
      house.clock.now += minute;
      const keys = [await house.key({ rate: undefined as never }), await house.key({ rate: 100 })];
      const codes = async (key: string, calls: number) => {
        const answers = await Promise.all(Array.from({ length: calls }, () => house.call({ key })));
        return answers.filter(({ code }) => code === undefined).length;
      };
      expect(await codes(keys[0]?.key ?? '', 10)).toBe(5);
      expect(await codes(keys[1]?.key ?? '', 10)).toBe(3);
    });

    test(`${verifies('RATE-2')} a refusal of another stage says it too`, async () => {
      house.clock.now += minute;
      const { key } = await house.key({ rate: 4, allow: ['192.0.2.0/24'] });
      const { call, refusal } = await house.call({ key });
      expect(refusal?.stage).toBe('network');
      expect(call.responseHeaders).toMatchObject({ 'X-RateLimit-Limit': '4', 'X-RateLimit-Remaining': '4' });
    });
  });

  describe('addresses', () => {
    test.each([
      '198.51.100.1',
      '::ffff:198.51.100.1',
      '::ffff:c633:6401',
      '2001:db8:bad::1',
      '2001:0db8:0bad:0:0:0:0:1',
    ])(
      `${verifies('NET-1')} %s is turned away before anything is known of it, with a key or without`,
      async address => {
        const { key } = await house.key({});
        for (const presented of [key, undefined, 'gh_nonsense']) {
          const { refusal, call } = await house.call({ key: presented, address });
          expect(refusal).toMatchObject({ stage: 'admit', error: { code: 'ADDRESS_NOT_ALLOWED', status: 403 } });
          expect(call.principal).toBeUndefined();
        }
      },
    );

    test(`${verifies('NET-1', 'KEY-3')} a key's own lists hold as well, and deny wins`, async () => {
      const { key } = await house.key({
        rate: 100,
        allow: ['203.0.113.0/24', '198.51.100.0/24'],
        deny: ['203.0.113.9'],
      });
      house.clock.now += minute;
      expect((await house.call({ key, address: '203.0.113.8' })).code).toBeUndefined();
      expect((await house.call({ key, address: '::ffff:203.0.113.8' })).code).toBeUndefined();
      expect((await house.call({ key, address: '203.0.113.9' })).refusal).toMatchObject({ stage: 'network' });
      expect((await house.call({ key, address: '192.0.2.1' })).refusal).toMatchObject({ stage: 'network' });
      expect((await house.call({ key, address: 'not an address' })).refusal).toMatchObject({ stage: 'admit' });
    });
  });

  test(`${verifies('SES-2')} an instance that serves a session drops it once another instance has ended it`, async () => {
    const { runtime } = house;
    const own = { ...settings.parse({}).sessions, limit: 1, whenFull: 'endOldest' as const };
    const [here, there] = [
      createSessionBook({ runtime, settings: own }),
      createSessionBook({ runtime, settings: own }),
    ];
    const principal = principalIn([], { id: 'e'.repeat(24) });
    const limits = noLimits();
    const entering = (name: string) => ({
      call: callIn({ client: { name, version: '1', userAgent: 'x', sessionId: undefined } }),
      principal,
      limits,
    });
    const first = await here.enter(entering('a'));
    expect(await here.enter(entering('a'))).toBe(first);
    await there.enter(entering('b'));
    await here.flush();
    await expect(async () => here.enter(entering('a'))).rejects.toMatchObject({ code: 'SESSION_ENDED' });
  });
});
