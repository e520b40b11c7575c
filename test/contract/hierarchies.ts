import { beforeEach, describe, expect, test } from 'vitest';
import { all, type Condition, equals, not } from '../../src/store/condition.ts';
import type { Store } from '../../src/store/port.ts';
import { id, load, numbers, person, tag } from './harness.ts';

type Within = Extract<Condition, { kind: 'within' }>;

const within = (direction: 'child' | 'parent', ids: readonly number[], options: Partial<Within> = {}): Condition => ({
  ...{ kind: 'within', field: 'id', model: person, parent: 'manager_id', direction, ids: ids.map(id), where: all() },
  ...options,
});

const notCem = not(equals('name', 'Cem'));

/*
 *   1 Anna ── 2 Bob ── 4 Dan        6 Flo ⇄ 7 Gus ── 8 Hal (below Gus)
 *          └─ 3 Cem ── 5 Eve        9 Ida is her own manager
 */
const cases: [string, string, Condition, number[]][] = [
  ['below, itself included', person, within('child', [1]), [1, 2, 3, 4, 5]],
  ['below a leaf', person, within('child', [5]), [5]],
  ['below several', person, within('child', [2, 3]), [2, 3, 4, 5]],
  ['above, itself included', person, within('parent', [5]), [1, 3, 5]],
  ['above several', person, within('parent', [4, 5]), [1, 2, 3, 4, 5]],
  ['of nobody', person, within('child', []), []],
  ['of one who is not there', person, within('child', [77]), []],
  ['a cycle ends, downwards', person, within('child', [6]), [6, 7, 8]],
  ['a cycle ends, upwards', person, within('parent', [8]), [6, 7, 8]],
  ['its own parent', person, within('child', [9]), [9]],
  ['negated', person, not(within('child', [1])), [6, 7, 8, 9]],
  ['the walk does not pass a hidden record', person, within('child', [1], { where: notCem }), [1, 2, 4]],
  ['nor upwards', person, within('parent', [5], { where: notCem }), [5]],
  ['nor begin at one', person, within('child', [3], { where: notCem }), []],
  ['through a many2one', person, within('child', [2], { field: 'manager_id' }), [4]],
  ['through a many2one of another model', tag, within('child', [3], { field: 'owner_id' }), [20]],
  ['a many2one to one who is not there', tag, within('child', [77], { field: 'owner_id' }), []],
  ['with another condition on the same row', person, all(within('child', [1]), equals('name', 'Dan')), [4]],
  ['one row by id', person, all(equals('id', id(5)), within('child', [3])), [5]],
  ['one row by id, elsewhere', person, all(equals('id', id(5)), within('child', [2])), []],
  ['within within', person, within('child', [1], { where: within('parent', [4]) }), [1, 2, 4]],
];

export function hierarchies(store: () => Store): void {
  describe('within', () => {
    beforeEach(async () => {
      const managers = [null, 1, 1, 2, 3, 7, 6, 7, 9];
      const names = ['Anna', 'Bob', 'Cem', 'Dan', 'Eve', 'Flo', 'Gus', 'Hal', 'Ida'];
      await load(
        store(),
        person,
        names.map((name, index) => {
          const manager = managers[index] ?? null;
          return { id: id(index + 1), name, manager_id: manager === null ? null : id(manager) };
        }),
      );
      await load(store(), tag, [{ id: id(20), owner_id: id(5) }, { id: id(21), owner_id: id(77) }, { id: id(22) }]);
    });

    test.each(cases)('%s', async (_, model, where, expected) => {
      expect(numbers(await store().find({ model, where, fields: [] }))).toEqual(expected);
    });

    test('a chain of 500', async () => {
      const chain = Array.from({ length: 500 }, (_, index) => ({
        id: id(1000 + index),
        manager_id: index === 0 ? null : id(999 + index),
      }));
      await load(store(), person, chain);
      expect(await store().count({ model: person, where: within('child', [1000]) })).toBe(500);
      expect(await store().count({ model: person, where: within('parent', [1499]) })).toBe(500);
    });
  });
}
