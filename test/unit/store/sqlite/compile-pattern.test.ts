import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareCodePoints } from '../../../../src/store/code-points.ts';
import type { Pattern } from '../../../../src/store/condition.ts';
import { afterPrefix, compilePattern } from '../../../../src/store/sqlite/compile-pattern.ts';

const any = { wildcard: 'any' } as const;
const one = { wildcard: 'one' } as const;

test.each<[Pattern, string, string]>([
  [[], '', ''],
  [['abc'], 'abc', 'abc'],
  [['a', any], 'a*', 'a'],
  [[any, 'a', one], '*a?', ''],
  [['a*b?c[d]e'], 'a[*]b[?]c[[]d]e', 'a*b?c[d]e'],
  [['%_\\'], '%_\\', '%_\\'],
])('%j', (pattern, glob, prefix) => {
  expect(compilePattern(pattern, false)).toEqual({ glob, prefix });
});

test('folding is that of the stored text', () => {
  expect(compilePattern(['A\u0308NNE', any], true)).toEqual({ glob: 'änne*', prefix: 'änne' });
});

test.each([
  ['', undefined],
  ['a', 'b'],
  ['a\u{10FFFF}', 'b'],
  ['\u{10FFFF}', undefined],
  ['\uD7FF', '\uE000'],
  ['😀', '😁'],
])('after %j', (prefix, after) => {
  expect(afterPrefix(prefix)).toBe(after);
});

test('a text begins with the prefix exactly where it lies between the two', () => {
  const text = fc.string({ unit: 'binary', maxLength: 4 });
  fc.assert(
    fc.property(text, text, (prefix, other) => {
      for (const candidate of [other, prefix + other]) {
        const after = afterPrefix(prefix);
        const isBelow = after === undefined || compareCodePoints(candidate, after) < 0;
        expect(compareCodePoints(candidate, prefix) >= 0 && isBelow).toBe(candidate.startsWith(prefix));
      }
    }),
  );
});
