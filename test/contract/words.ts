import { beforeEach, describe, expect, test } from 'vitest';
import { all, type Condition, equals, not, wordsOf } from '../../src/store/condition.ts';
import type { Store } from '../../src/store/port.ts';
import { id, load, numbers, person } from './harness.ts';

const searching = (text: string, fields: readonly string[] = ['name', 'bio']): Condition => ({
  kind: 'words',
  fields,
  words: wordsOf(text),
});

const cases: [string, Condition, number[]][] = [
  ['a whole word', searching('anna'), [1]],
  ['the beginning of one', searching('ann'), [1]],
  ['not its middle', searching('nna'), []],
  ['in any of the fields', searching('sail'), [1, 3]],
  ['all words, each in some field', searching('sailor anna'), [1]],
  ['order does not matter', searching('bell anna'), [1]],
  ['all of them', searching('anna nobody'), []],
  ['only the fields named', searching('sail', ['name']), []],
  ['words in fields that are not named do not help', searching('anna sailor', ['name']), []],
  ['case and accents do not matter', searching('MULLER'), [2]],
  ['ligatures and decomposed accents', searching('ﬁ'), [2]],
  ['digits', searching('4711'), [2]],
  ['a part of a number', searching('47'), [2]],
  ['other scripts', searching('東京'), [3]],
  ['the beginning in another script', searching('東'), [3]],
  ['punctuation separates', searching('o neil'), [3]],
  ['a word that means something to the index', searching('OR NOT NEAR AND'), [4]],
  ['of no words: none', searching(' -- '), []],
  ['not', not(searching('sail')), [2, 4, 5]],
  ['with another condition', all(searching('sail'), equals('name', 'Tim')), []],
  ['of no fields: none', searching('anna', []), []],
];

export function words(store: () => Store): void {
  describe('words', () => {
    beforeEach(() =>
      load(store(), person, [
        { id: id(1), name: 'Anna Bell', bio: 'sailor, and more' },
        { id: id(2), name: 'Jörg Mu\u0308ller', bio: 'ﬁsher 4711' },
        { id: id(3), name: "O'Neil 東京都", bio: 'Sailing' },
        { id: id(4), name: 'or not near', bio: 'and "so" on*' },
        { id: id(5) },
      ]),
    );

    test.each(cases)('%s', async (_, where, expected) => {
      expect(numbers(await store().find({ model: person, where, fields: [] }))).toEqual(expected);
    });

    test('follows changes and removals', async () => {
      const update = { kind: 'update', model: person, where: equals('id', id(1)), set: { bio: 'diver' } } as const;
      await store().write([update]);
      expect(numbers(await store().find({ model: person, where: searching('sail') }))).toEqual([3]);
      expect(numbers(await store().find({ model: person, where: searching('anna div') }))).toEqual([1]);
      await store().write([{ ...update, set: { bio: null } }]);
      expect(numbers(await store().find({ model: person, where: searching('div') }))).toEqual([]);
      await store().write([{ kind: 'remove', model: person, where: equals('id', id(3)) }]);
      await load(store(), person, [{ id: id(6), name: 'New' }]);
      expect(await store().count({ model: person, where: searching('sail') })).toBe(0);
    });
  });
}
