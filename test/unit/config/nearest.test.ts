import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, editDistance, nearest } from '../../../src/config/nearest.ts';

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['slaes', 'sales', 1],
  ['ab', 'ba', 1],
])('editDistance(%j, %j) is %i', (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance);
});

test('editDistance is symmetric, zero for the same text alone, and at most the longer length', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
      const distance = editDistance(one, other);
      expect(distance).toBe(editDistance(other, one));
      expect(distance === 0).toBe(one === other);
      expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length));
    }),
  );
});

test.each([
  ['sale.ordr', ['crm.partner', 'sale.order', 'sale.order.line'], 'sale.order'],
  ['Name', ['name', 'email'], 'name'],
  ['xy', ['sales', 'hr'], undefined],
  ['anything', [], undefined],
])('nearest to %j of %j is %j', (name, candidates, expected) => {
  expect(nearest(name, candidates)).toBe(expected);
});

test('a name that nothing is near to gets no suggestion', () => {
  expect(didYouMean('warehouse', ['sales'])).toBe('');
  expect(didYouMean('slaes', ['sales'])).toBe(' Did you mean sales?');
});
