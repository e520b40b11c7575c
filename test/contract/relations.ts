import { beforeEach, describe, expect, test } from 'vitest';
import { all, any, type Condition, equals, not } from '../../src/store/condition.ts';
import type { Store } from '../../src/store/port.ts';
import { country, id, load, numbers, person, tag } from './harness.ts';

const related = (field: string, where: Condition): Condition => ({ kind: 'related', field, where });
const anna = equals('name', 'Anna');

const cases: [string, string, Condition, number[]][] = [
  ['many2one', person, related('country_id', equals('code', 'DE')), [1, 2]],
  ['many2one, negated: without one too', person, not(related('country_id', equals('code', 'DE'))), [3, 4, 5]],
  ['many2one, negated inside: only with one', person, related('country_id', not(equals('code', 'DE'))), [3]],
  ['a reference to nothing is no reference', person, related('country_id', all()), [1, 2, 3]],
  ['many2many', person, related('tag_ids', equals('name', 'vip')), [1, 3]],
  ['many2many, any', person, related('tag_ids', all()), [1, 2, 3]],
  ['many2many, negated', person, not(related('tag_ids', equals('name', 'vip'))), [2, 4, 5]],
  ['one2many', country, related('citizen_ids', anna), [10]],
  ['one2many, any', country, related('citizen_ids', all()), [10, 11]],
  ['one2many, negated', country, not(related('citizen_ids', anna)), [11, 12]],
  ['one2many of the same model', person, related('report_ids', equals('name', 'Bob')), [1]],
  ['two steps', person, related('manager_id', related('country_id', equals('code', 'DE'))), [2, 3]],
  ['there and back', country, related('citizen_ids', related('tag_ids', related('owner_id', anna))), [10, 11]],
  [
    'three steps with alternatives',
    tag,
    related('owner_id', related('country_id', any(equals('code', 'DE'), equals('code', 'FR')))),
    [20, 21],
  ],
  ['of no alternative', person, related('country_id', any()), []],
  [
    'one row by id, and its relation',
    person,
    all(equals('id', id(1)), related('country_id', equals('code', 'DE'))),
    [1],
  ],
  [
    'one row by id, and not its relation',
    person,
    all(equals('id', id(1)), related('tag_ids', equals('name', 'none'))),
    [],
  ],
  [
    'one row by id, through a one2many',
    person,
    all(equals('id', id(1)), related('report_ids', equals('name', 'Bob'))),
    [1],
  ],
  [
    'one row by id, two steps',
    person,
    all(equals('id', id(3)), related('manager_id', related('tag_ids', equals('name', 'vip')))),
    [3],
  ],
];

export function relations(store: () => Store): void {
  describe('related', () => {
    beforeEach(async () => {
      await load(store(), country, [
        { id: id(10), code: 'DE' },
        { id: id(11), code: 'FR' },
        { id: id(12), code: 'IT' },
      ]);
      await load(store(), tag, [
        { id: id(20), name: 'vip', owner_id: id(1) },
        { id: id(21), name: 'new', owner_id: id(3) },
      ]);
      await load(store(), person, [
        { id: id(1), name: 'Anna', country_id: id(10), tag_ids: [id(21), id(20)] },
        { id: id(2), name: 'Bob', country_id: id(10), manager_id: id(1), tag_ids: [id(21)] },
        { id: id(3), name: 'Cem', country_id: id(11), manager_id: id(1), tag_ids: [id(20)] },
        { id: id(4), name: 'Dan', manager_id: id(3) },
        { id: id(5), name: 'Eve', country_id: id(99), tag_ids: [id(98)] },
      ]);
    });

    test.each(cases)('%s', async (_, model, where, expected) => {
      expect(numbers(await store().find({ model, where, fields: [] }))).toEqual(expected);
      expect(await store().count({ model, where })).toBe(expected.length);
    });

    test('follows changes of references', async () => {
      const where = related('tag_ids', equals('name', 'vip'));
      const update = { kind: 'update', model: person, where: equals('id', id(1)), set: { tag_ids: [id(21)] } } as const;
      await store().write([update]);
      expect(numbers(await store().find({ model: person, where }))).toEqual([3]);
      await store().write([{ kind: 'remove', model: tag, where: equals('id', id(20)) }]);
      expect(numbers(await store().find({ model: person, where }))).toEqual([]);
      expect(
        numbers(await store().find({ model: person, where: { kind: 'has', field: 'tag_ids', ids: [id(20)] } })),
      ).toEqual([3]);
      await store().write([{ kind: 'remove', model: person, where: equals('id', id(3)) }]);
      await load(store(), person, [{ id: id(3), name: 'Another' }]);
      expect(await store().count({ model: person, where: { kind: 'has', field: 'tag_ids', ids: [id(20)] } })).toBe(0);
    });
  });
}
