import { describe, expect, test } from 'vitest';
import { compareCodePoints } from '../../../src/store/code-points.ts';
import type { Pattern } from '../../../src/store/condition.ts';
import { matchesPattern } from '../../../src/store/wildcard.ts';

const any = { wildcard: 'any' } as const;
const one = { wildcard: 'one' } as const;

describe('a pattern', () => {
  const cases: [string, Pattern, boolean][] = [
    ['', [], true],
    ['a', [], false],
    ['', [any], true],
    ['', [one], false],
    ['😀', [one], true],
    ['😀', [one, one], false],
    ['one\ntwo', ['one', one, 'two'], true],
    ['one\r\ntwo', ['one', any], true],
    ['abcabd', [any, 'abd'], true],
    ['abcabd', [any, 'abc'], false],
    ['mississippi', ['m', any, 'iss', any, 'p', one], true],
    ['a%b', ['a%b'], true],
    ['axb', ['a%b'], false],
    ['.*', ['.*'], true],
    ['xx', ['.*'], false],
  ];
  test.each(cases)('%j as %j: %s', (text, pattern, expected) => {
    expect(matchesPattern(text, pattern)).toBe(expected);
  });

  test('many wildcards that nearly match end', () => {
    const pattern = Array.from({ length: 200 }, (): Pattern => [any, 'a']).flat();
    expect(matchesPattern('a'.repeat(5000), [...pattern, 'b'])).toBe(false);
  });
});

describe('order by code point', () => {
  test('agrees with the order of UTF-8 bytes', () => {
    const texts = ['', 'a', 'ab', 'b', 'ä', '\uD7FF', '\uE000', '\uFFFD', '\u{10000}', '😀', '😀a', '😁', '\u{10FFFF}'];
    for (const left of texts) {
      for (const right of texts) {
        expect(Math.sign(compareCodePoints(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
      }
    }
  });
});
