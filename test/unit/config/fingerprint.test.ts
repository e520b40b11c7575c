import { expect, test } from 'vitest';
import { fingerprint } from '../../../src/config/fingerprint.ts';

test('values that mean the same have the same fingerprint, wherever they were defined', () => {
  const make = (line: number) => ({ a: [1, { b: () => 'x' }], definedAt: { line } });
  expect(fingerprint(make(1))).toBe(fingerprint(make(2)));
});

test.each([
  [{ a: 1 }, { a: 2 }],
  [{ a: () => 1 }, { a: () => 2 }],
  [{ a: /x/ }, { a: /y/ }],
  [{ a: new Set([1]) }, { a: new Set([2]) }],
  [{ a: 1n }, { a: 2n }],
  [{ a: 1 }, {}],
  [
    [1, 2],
    [2, 1],
  ],
  [undefined, null],
])('different values differ (%#)', (one, other) => {
  expect(fingerprint(one)).not.toBe(fingerprint(other));
});

test('circles end, and what is named twice is no circle', () => {
  const circle: Record<string, unknown> = { name: 'x' };
  circle.self = circle;
  const shared = { b: 1 };
  expect(fingerprint(circle)).toContain('circular');
  expect(fingerprint([shared, shared])).toBe('[{"b":1},{"b":1}]');
});
