import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../src/confirmation/canonical-json.ts';

/** The same value with the members of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

describe('canonical JSON', () => {
  test('is JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(JSON.parse(canonicalJson(value))).toEqual(toJson(value));
      }),
    );
  });

  test('does not depend on the order of members', () => {
    fc.assert(fc.property(fc.jsonValue(), value => canonicalJson(reversed(value)) === canonicalJson(value)));
  });

  test('differs where the values differ', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, two) => {
        const isSame = JSON.stringify(sorted(one)) === JSON.stringify(sorted(two));
        return (canonicalJson(one) === canonicalJson(two)) === isSame;
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['the order of a list', ['a', 'b'], ['b', 'a']],
    ['a number and its text', { a: 1 }, { a: '1' }],
    ['nothing and null', {}, { a: null }],
    ['a list and its one item', ['a'], 'a'],
    ['nesting', { a: { b: 1 } }, { a: 1, b: {} }],
    ['a name that looks like structure', { 'a":1,"b': 2 }, { a: 1, b: 2 }],
    ['a member called __proto__', JSON.parse('{"__proto__":1}'), {}],
    ['composed and decomposed letters', 'é', 'e\u0301'],
  ])('tells apart: %s', (_, one, two) => {
    expect(canonicalJson(one)).not.toBe(canonicalJson(two));
  });

  test('leaves out what is undefined', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
  });
});

function toJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** With sorted members, as another way to the same end; `JSON.stringify` then tells values apart. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { members: members.map(([name, member]) => ({ name, member: sorted(member) })) };
}
