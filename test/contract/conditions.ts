import { describe, expect, test } from 'vitest';
import { all, any, type Condition, equals, fold, not, oneOf, type Pattern } from '../../src/store/condition.ts';
import type { Store } from '../../src/store/port.ts';
import { id, load, type NewRow, numbers, person } from './harness.ts';

const rows: NewRow[] = [
  { id: id(1), name: 'Anna', age: 30, score: 1.5, active: true, tag_ids: [id(7), id(8)] },
  { id: id(2), name: 'anna', age: 5, score: -0.5, active: false, tag_ids: [id(8)] },
  { id: id(3), name: 'ÄNNE', age: 0, active: true },
  { id: id(4), extra: { a: 1 } },
];

const any_ = { wildcard: 'any' } as const;
const one = { wildcard: 'one' } as const;
const compare = (
  field: string,
  operator: '<' | '<=' | '>' | '>=',
  value: string | number | boolean | null,
): Condition => ({
  kind: 'compare',
  field,
  operator,
  value,
});
const match = (pattern: Pattern, ignoreCase = false): Condition => ({
  kind: 'match',
  field: 'name',
  pattern,
  fold: ignoreCase,
});
const has = (...ids: string[]): Condition => ({ kind: 'has', field: 'tag_ids', ids });

const cases: [string, Condition, number[]][] = [
  ['all of none', all(), [1, 2, 3, 4]],
  ['any of none', any(), []],
  ['= minds case', equals('name', 'Anna'), [1]],
  ['= null: missing', equals('name', null), [4]],
  ['not = null: there', not(equals('name', null)), [1, 2, 3]],
  ['not =: missing values too', not(equals('name', 'Anna')), [2, 3, 4]],
  ['= 0 is not missing', equals('age', 0), [3]],
  ['= false is not missing', equals('active', false), [2]],
  ['= of a list: null is the empty one', equals('tag_ids', null), [3, 4]],
  ['= of a document: null is none', not(equals('extra', null)), [4]],
  ['= of another type', equals('age', '30'), []],
  ['= number for text', equals('name', 1), []],
  ['= boolean for a number', equals('age', false), []],
  ['= number for a boolean', equals('active', 1), []],
  ['a fraction for integers', compare('age', '<', 4.5), [3]],
  ['infinity', compare('age', '<', Number.POSITIVE_INFINITY), [1, 2, 3]],
  ['<', compare('age', '<', 5), [3]],
  ['<=', compare('age', '<=', 5), [2, 3]],
  ['>', compare('score', '>', -0.5), [1]],
  ['>=', compare('score', '>=', -0.5), [1, 2]],
  ['not <: missing values too', not(compare('age', '<', 5)), [1, 2, 4]],
  ['< null is never', compare('age', '<', null), []],
  ['>= null is never', compare('age', '>=', null), []],
  ['strings by code point', compare('name', '>', 'Anna'), [2, 3]],
  ['booleans in order', compare('active', '>', false), [1, 3]],
  ['version', compare('version', '>=', 2), []],
  ['in', oneOf('name', ['Anna', 'ÄNNE', 'nobody']), [1, 3]],
  ['in with null', oneOf('name', ['Anna', null]), [1, 4]],
  ['in of none', oneOf('name', []), []],
  ['not in', not(oneOf('name', ['Anna'])), [2, 3, 4]],
  ['not in with null', not(oneOf('name', ['Anna', null])), [2, 3]],
  [
    'in a long list',
    oneOf(
      'age',
      Array.from({ length: 5_000 }, (_, index) => index),
    ),
    [1, 2, 3],
  ],
  ['in a long list of strings', oneOf('name', [...Array.from({ length: 5_000 }, (_, n) => `p${n}`), 'anna']), [2]],
  ['in floats', oneOf('score', [1.5, 2]), [1]],
  ['in booleans', oneOf('active', [true]), [1, 3]],
  ['has', has(id(7)), [1]],
  ['has one of', has(id(8), id(9)), [1, 2]],
  ['has of none', has(), []],
  ['not has', not(has(id(7))), [2, 3, 4]],
  ['match: the whole value', match(['nn']), []],
  ['match: all of it', match(['Anna']), [1]],
  ['match: inside', match([any_, 'nn', any_]), [1, 2]],
  ['match: beginning', match(['A', any_]), [1]],
  ['match: end', match([any_, 'a']), [1, 2]],
  ['match: one character', match([one, 'nna']), [1, 2]],
  ['match: one is exactly one', match([one, 'nn']), []],
  ['match: anything is not missing', match([any_]), [1, 2, 3]],
  ['match: nothing', match([]), []],
  ['not match: missing values too', not(match(['A', any_])), [2, 3, 4]],
  ['fold', match(['ANNA'], true), [1, 2]],
  ['fold beyond ASCII', match(['änn', any_], true), [3]],
  ['fold: decomposed', match(['A\u0308NNE'], true), [3]],
  ['without fold case counts beyond ASCII', match(['änn', any_]), []],
  ['all', all(equals('active', true), compare('age', '>', 0)), [1]],
  ['any', any(equals('name', 'anna'), equals('age', 0)), [2, 3]],
  ['not all', not(all(equals('active', true), compare('age', '>', 0))), [2, 3, 4]],
  ['not any', not(any(equals('name', 'anna'), equals('age', 0))), [1, 4]],
  ['not not', { kind: 'not', of: { kind: 'not', of: equals('age', 5) } }, [2]],
  ['an id that nobody has', equals('id', 'nobody'), []],
];

/** Text that means something elsewhere means itself here. */
const literals = [
  '%',
  '_',
  '*',
  '?',
  '[a]',
  '[^a]',
  '[',
  ']',
  '\\',
  '\\%',
  '^',
  '$',
  '.*',
  '(a+)+$',
  '(?i)a',
  'a|b',
  '{1}',
  "'",
  '"',
  '\n',
  '😀',
  '\\E',
  '#',
  '-',
  '/',
];

export function conditions(store: () => Store): void {
  const found = async (where: Condition) => numbers(await store().find({ model: person, where, fields: [] }));

  describe('conditions', () => {
    test.each(cases)('%s', async (_, where, expected) => {
      await load(store(), person, rows);
      expect(await found(where)).toEqual(expected);
      expect(await store().count({ model: person, where })).toBe(expected.length);
    });

    test.each(literals)('a pattern takes %j literally', async text => {
      await load(store(), person, [
        { id: id(1), name: text },
        { id: id(2), name: `<${text}>` },
        { id: id(3), name: 'ab' },
        { id: id(4), name: 'A' },
      ]);
      for (const ignoreCase of [false, true]) {
        expect(await found(match([text], ignoreCase))).toEqual([1]);
        expect(await found(match([any_, text, any_], ignoreCase))).toEqual([1, 2]);
        expect(await found(match([one, text, one], ignoreCase))).toEqual([2]);
      }
    });

    test('one character is one code point, line breaks included', async () => {
      const names = ['😀', '\n', 'é', 'e\u0301', ''];
      await load(
        store(),
        person,
        names.map((name, index) => ({ id: id(index + 1), name })),
      );
      expect(await found(match([one]))).toEqual([1, 2, 3]);
      expect(await found(match([one, one]))).toEqual([4]);
      expect(await found(match([any_, one]))).toEqual([1, 2, 3, 4]);
    });

    test('a prefix that ends in the last character there is', async () => {
      const names = ['a\u{10FFFF}', 'a\u{10FFFF}b', 'b', '\uD7FF', '\uD7FFx', '\uE000'];
      await load(
        store(),
        person,
        names.map((name, index) => ({ id: id(index + 1), name })),
      );
      expect(await found(match(['a\u{10FFFF}', any_]))).toEqual([1, 2]);
      expect(await found(match(['\uD7FF', any_]))).toEqual([4, 5]);
    });

    test('patterns that make backtracking explode are answered', async () => {
      const name = 'a'.repeat(20_000);
      await load(store(), person, [{ id: id(1), name }]);
      const stars = Array.from({ length: 40 }, () => [any_, 'a'] as const).flat();
      expect(await found(match([...stars, any_, 'b']))).toEqual([]);
      expect(await found(match([...stars, any_]))).toEqual([1]);
      expect(fold(name)).toBe(name);
    });

    test.each(['a\u0000', '\ud800'])('text that cannot be stored is refused as a value: %j', async value => {
      await expect(found(equals('name', value))).rejects.toMatchObject({ code: 'VALUE_NOT_STORABLE' });
      await expect(found(match([value, any_]))).rejects.toMatchObject({ code: 'VALUE_NOT_STORABLE' });
    });

    test('many alternatives, and deep ones', async () => {
      await load(store(), person, rows);
      const wide = any(...Array.from({ length: 2_000 }, (_, number) => equals('age', number)));
      expect(await found(wide)).toEqual([1, 2, 3]);
      let deep: Condition = equals('age', 5);
      for (let level = 0; level < 20; level += 1) deep = { kind: 'not', of: { kind: 'all', of: [deep] } };
      expect(await found(deep)).toEqual([2]);
    });
  });
}
