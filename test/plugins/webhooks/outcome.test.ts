import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outcomeOf, readRetryAfter } from '../../../plugins/webhooks/delivery/outcome.ts';
import { formatSecret, sign } from '../../../plugins/webhooks/delivery/signature.ts';
import { createThrottle } from '../../../plugins/webhooks/outbox/throttle.ts';
import type { OutboundAnswer } from '../../../src/index.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const hour = 3_600_000;
const answered = (status: number, retryAfter?: string): OutboundAnswer => ({
  kind: 'answered',
  status,
  headers: { 'retry-after': retryAfter },
  body: Buffer.alloc(0),
  isWhole: true,
});
const outcomeAfter = (answer: OutboundAnswer, more: Partial<Parameters<typeof outcomeOf>[0]> = {}) =>
  outcomeOf({ answer, failures: 1, queuedAt: now, now, giveUpAfter: 72 * hour, random: () => 0, ...more });

describe('after an attempt', () => {
  test.each([200, 201, 204, 299])('%i: delivered', code =>
    expect(outcomeAfter(answered(code))).toEqual({ kind: 'delivered' }),
  );

  test.each([100, 199, 300, 302, 304, 400, 401, 404, 429, 500, 503])('%i: again', code =>
    expect(outcomeAfter(answered(code))).toEqual({
      kind: 'retry',
      reason: `the answer was ${code}`,
      nextAt: now + 2_500,
    }),
  );

  test('410: never again', () => expect(outcomeAfter(answered(410))).toMatchObject({ kind: 'dead', isGone: true }));

  test('the wait doubles, has a limit, and leaves half to chance', () => {
    const waits = [1, 2, 3, 20].map(failures => {
      const outcome = outcomeAfter({ kind: 'failed', reason: 'x' }, { failures, random: () => 0.5 });
      return outcome.kind === 'retry' ? outcome.nextAt - now : 0;
    });
    expect(waits).toEqual([3_750, 7_500, 15_000, 4.5 * hour]);
  });

  test.each([
    ['seconds', '120', 120_000],
    ['a date', 'Mon, 23 Nov 2026 12:05:00 GMT', 300_000],
    ['more than a day', '999999', 24 * hour],
    ['a date long ago', 'Mon, 23 Nov 2020 12:00:00 GMT', 2_500],
    ['less than the back-off', '1', 2_500],
    ['nonsense', 'soon', 2_500],
    ['a negative number', '-5', 2_500],
  ])('Retry-After with %s', (_what, text, wait) => {
    expect(outcomeAfter(answered(503, text))).toMatchObject({ kind: 'retry', nextAt: now + wait });
  });

  test('what Retry-After says is never negative or no number', () => {
    fc.assert(fc.property(fc.string(), text => readRetryAfter(text, now) >= 0));
  });

  test('given up when the time is over, not before', () => {
    const failed: OutboundAnswer = { kind: 'failed', reason: 'ECONNREFUSED' };
    expect(outcomeAfter(failed, { queuedAt: now - 72 * hour + 1 })).toMatchObject({ kind: 'retry' });
    expect(outcomeAfter(failed, { queuedAt: now - 72 * hour })).toEqual({
      kind: 'dead',
      reason: 'ECONNREFUSED',
      isGone: false,
    });
    expect(outcomeAfter(answered(200), { queuedAt: now - 90 * hour })).toEqual({ kind: 'delivered' });
  });
});

test('a signature is that of the specification', () => {
  const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'];
  const body = '{"test": 2432232314}';
  expect(sign({ id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body, secrets })).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

test('a secret has the form of the specification', () => {
  expect(formatSecret(Buffer.alloc(32, 1))).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
});

test('a throttle lets so many through a minute, and says how many it did not', () => {
  const throttle = createThrottle(2);
  expect([throttle.pass(0), throttle.pass(1), throttle.pass(2), throttle.pass(59_999)]).toEqual([
    0,
    0,
    undefined,
    undefined,
  ]);
  expect([throttle.pass(60_000), throttle.pass(60_001), throttle.pass(60_002)]).toEqual([2, 0, undefined]);
  expect([throttle.pass(200_000), throttle.pass(100_000)]).toEqual([1, 0]);
});
