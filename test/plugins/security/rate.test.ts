import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createRateLimits,
  type RateLimits,
  type Taken,
  type Taking,
} from '../../../plugins/security/rate/rate-limits.ts';
import { createSlidingWindow } from '../../../plugins/security/rate/sliding-window.ts';
import { verifies } from '../../requirements.ts';
import { principalIn } from '../base/principal-in.ts';

const minute = 60_000;

/** Steps of time between calls: bursts, single milliseconds, edges of the window, long pauses. */
const steps = fc.array(
  fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 50 }),
    fc.constantFrom(minute - 1, minute, minute + 1, minute / 2, 3 * minute),
  ),
  { maxLength: 300 },
);

/** What is decided at once: there is no other instance to agree with. */
function takeAt(limits: RateLimits, input: Taking): Taken {
  const taken = limits.take(input);
  if (taken instanceof Promise) throw new Error('not decided at once');
  return taken;
}

describe('sliding window', () => {
  test(`${verifies('RATE-1')} counts exactly what a list of all times counts`, () => {
    fc.assert(
      fc.property(steps, gaps => {
        const window = createSlidingWindow(minute);
        const times: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const current = times.filter(time => time > now - minute);
          expect(window.count(now)).toBe(current.length);
          expect(window.nextRelease(now)).toBe(current.length > 0 ? Math.min(...current) + minute : undefined);
          window.hit(now);
          times.push(now);
        }
      }),
    );
  });

  test('a clock that is put back an hour does not close it for an hour', () => {
    const window = createSlidingWindow(minute);
    for (let hit = 0; hit < 5; hit += 1) window.hit(3_600_000 + hit);
    expect(window.count(0)).toBe(0);
    window.hit(0);
    expect(window.count(1)).toBe(1);
  });

  test('a clock that is put back a little lets nothing through twice', () => {
    const window = createSlidingWindow(minute);
    window.hit(1_000);
    window.hit(900);
    expect(window.count(900)).toBe(2);
    expect(window.count(900 + minute)).toBe(2);
    expect(window.count(1_000 + minute)).toBe(0);
  });
});

describe('rate limits', () => {
  test(`${verifies('RATE-1')} no minute, wherever it begins, ever holds more than the limit`, () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20 }), (gaps, perMinute) => {
        const limits = createRateLimits({ settings: { perMinute, perUser: null, global: null } });
        const principal = principalIn([]);
        const admitted: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const inWindow = admitted.filter(time => time > now - minute).length;
          const { isAllowed, remaining } = takeAt(limits, { principal, rate: undefined, now });
          // The oracle: admitted exactly while the last minute holds fewer than the limit. Refused calls do not count.
          expect(isAllowed).toBe(inWindow < perMinute);
          if (isAllowed) admitted.push(now);
          expect(remaining).toBe(perMinute - admitted.filter(time => time > now - minute).length);
        }
      }),
    );
  });

  test(`${verifies('RATE-1')} at the edge: the call after exactly 60 s is admitted, the one a millisecond earlier is not`, () => {
    const limits = createRateLimits({ settings: { perMinute: 2, perUser: null, global: null } });
    const principal = principalIn([]);
    const take = (now: number) => takeAt(limits, { principal, rate: undefined, now }).isAllowed;
    expect([take(0), take(30_000), take(59_999), take(60_000), take(60_001), take(89_999), take(90_000)]).toEqual([
      true,
      true,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  test(`${verifies('RATE-1')} a user has one limit for all credentials, and everyone together another`, () => {
    const limits = createRateLimits({ settings: { perMinute: 10, perUser: 3, global: 5 } });
    const first = principalIn([], { id: 'a'.repeat(24) });
    const second = principalIn([], { id: 'b'.repeat(24) });
    const stranger = { ...principalIn([], { id: 'c'.repeat(24) }), user: { ...first.user, id: 'd'.repeat(24) } };
    const take = (principal: typeof first) => takeAt(limits, { principal, rate: undefined, now: 0 });
    expect([take(first), take(second), take(first)].map(({ isAllowed }) => isAllowed)).toEqual([true, true, true]);
    expect(take(second)).toMatchObject({ isAllowed: false, limit: 3, remaining: 0 });
    expect([take(stranger), take(stranger)].map(({ isAllowed }) => isAllowed)).toEqual([true, true]);
    expect(take(stranger)).toMatchObject({ isAllowed: false, limit: 5 });
  });

  test(`${verifies('KEY-3')} a credential's own rate takes the place of the settings'`, () => {
    const limits = createRateLimits({ settings: { perMinute: 60, perUser: null, global: null } });
    const principal = principalIn([]);
    expect(takeAt(limits, { principal, rate: 1, now: 0 }).isAllowed).toBe(true);
    expect(takeAt(limits, { principal, rate: 1, now: 0 })).toMatchObject({
      isAllowed: false,
      limit: 1,
      resetAt: minute,
    });
  });

  test(`${verifies('RATE-1')} the job drops the counters of those who are gone, and theirs alone`, async () => {
    const limits = createRateLimits({ settings: { perMinute: 1, perUser: null, global: null } });
    const old = principalIn([], { id: 'a'.repeat(24) });
    const recent = principalIn([], { id: 'b'.repeat(24) });
    takeAt(limits, { principal: old, rate: undefined, now: 0 });
    takeAt(limits, { principal: recent, rate: undefined, now: 30_000 });
    expect(await limits.sweep(minute)).toBe(1);
    expect(takeAt(limits, { principal: recent, rate: undefined, now: minute }).isAllowed).toBe(false);
  });
});
