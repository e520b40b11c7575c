import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeTurns } from '../../../plugins/records/take-turns.ts';
import { verifies } from '../../requirements.ts';

/** All turns, made the slow way. */
function everyTurn(lengths: readonly number[]) {
  return Array.from({ length: Math.max(0, ...lengths) }, (_, rank) =>
    lengths.flatMap((length, list) => (length > rank ? [{ list, rank }] : [])),
  ).flat();
}

test(`${verifies('TOOL-3')} any window of the turns is that part of all turns`, () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 6 }),
      fc.integer({ min: 0, max: 120 }),
      fc.integer({ min: 1, max: 50 }),
      (lengths, offset, limit) => {
        expect(takeTurns(lengths, { offset, limit })).toEqual(everyTurn(lengths).slice(offset, offset + limit));
      },
    ),
  );
});

test('a window far away costs no more', () => {
  expect(takeTurns([1_000_000_000, 5], { offset: 900_000_000, limit: 2 })).toEqual([
    { list: 0, rank: 899_999_995 },
    { list: 0, rank: 899_999_996 },
  ]);
});
