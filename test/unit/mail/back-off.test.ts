import fc from 'fast-check';
import { expect, test } from 'vitest';
import { waitAfter } from '../../../src/mail/back-off.ts';

test.each([
  [1, 0, 500],
  [1, 0.999_999, 1_000],
  [2, 0, 1_000],
  [5, 0.5, 12_000],
  [30, 0, 30_000],
  [1_000_000, 0.5, 45_000],
])('after %s failures, with %s left to chance: %s ms', (failures, chance, expected) => {
  expect(waitAfter({ first: 1_000, longest: 60_000, failures, random: () => chance })).toBe(expected);
});

test('always between half of the whole wait and all of it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, chance) => {
        const wait = waitAfter({ first: 1_000, longest: 60_000, failures, random: () => chance });
        const whole = Math.min(60_000, 1_000 * 2 ** (failures - 1));
        expect(wait).toBeGreaterThanOrEqual(whole / 2);
        expect(wait).toBeLessThanOrEqual(whole);
      },
    ),
  );
});
