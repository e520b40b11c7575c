import { describe, expect, test } from 'vitest';
import { always, equals, oneOf } from '../../src/store/condition.ts';
import type { OrderBy, Store, StoredValue } from '../../src/store/port.ts';
import { country, id, load, numbers, person } from './harness.ts';

export function finding(store: () => Store): void {
  async function ordered(values: readonly StoredValue[], order: readonly OrderBy[]): Promise<number[]> {
    const field = order[0]?.field ?? 'name';
    await load(
      store(),
      person,
      values.map((value, index) => ({ id: id(index + 1), [field]: value })),
    );
    return numbers(await store().find({ model: person, where: always, order }));
  }

  describe('find and count', () => {
    test('without an order: by id', async () => {
      await load(
        store(),
        person,
        [3, 1, 2].map(number => ({ id: id(number) })),
      );
      expect(numbers(await store().find({ model: person, where: always }))).toEqual([1, 2, 3]);
    });

    test.each<[string, readonly StoredValue[], string, number[], number[]]>([
      [
        'missing first, then by code point',
        ['b', null, 'a', 'B', '\uFF5E', '😀', 'é', ''],
        'note',
        [2, 8, 4, 3, 1, 7, 5, 6],
        [6, 5, 7, 1, 3, 4, 8, 2],
      ],
      [
        'an indexed string',
        ['b', null, 'a', 'B', '\uFF5E', '😀', 'é', ''],
        'name',
        [2, 8, 4, 3, 1, 7, 5, 6],
        [6, 5, 7, 1, 3, 4, 8, 2],
      ],
      ['integers', [10, 9, null, -1, 2 ** 40], 'age', [3, 4, 2, 1, 5], [5, 1, 2, 4, 3]],
      ['floats', [0.5, 1e21, -5e-324, null], 'score', [4, 3, 1, 2], [2, 1, 3, 4]],
      ['booleans', [true, null, false], 'active', [2, 3, 1], [1, 3, 2]],
    ])('order: %s', async (_, values, field, ascending, descending) => {
      expect(await ordered(values, [{ field, descending: false }])).toEqual(ascending);
      const found = await store().find({ model: person, where: always, order: [{ field, descending: true }] });
      expect(numbers(found)).toEqual(descending);
    });

    test('ties come by id, ascending, whichever way the order goes', async () => {
      expect(await ordered(['a', 'b', 'a', 'b'], [{ field: 'name', descending: true }])).toEqual([2, 4, 1, 3]);
    });

    test('several fields, each its own way', async () => {
      await load(store(), person, [
        { id: id(1), age: 1, name: 'a' },
        { id: id(2), age: 1, name: 'b' },
        { id: id(3), age: 2, name: 'c' },
      ]);
      const order = [
        { field: 'age', descending: true },
        { field: 'name', descending: true },
      ];
      expect(numbers(await store().find({ model: person, where: always, order }))).toEqual([3, 2, 1]);
      const byId = [{ field: 'id', descending: true }];
      expect(numbers(await store().find({ model: person, where: always, order: byId }))).toEqual([3, 2, 1]);
    });

    test.each([
      [{ limit: 2 }, [1, 2]],
      [{ limit: 2, offset: 3 }, [4, 5]],
      [{ offset: 4 }, [5]],
      [{ limit: 0 }, []],
      [{ limit: 9, offset: 9 }, []],
    ])('%j', async (page, expected) => {
      await load(
        store(),
        person,
        [1, 2, 3, 4, 5].map(number => ({ id: id(number) })),
      );
      expect(numbers(await store().find({ model: person, where: always, ...page }))).toEqual(expected);
    });

    test('only the fields that are asked for, id and version always', async () => {
      await load(store(), person, [{ id: id(1), name: 'Anna', age: 3, tag_ids: [id(7)] }]);
      const find = (fields: readonly string[]) => store().find({ model: person, where: equals('id', id(1)), fields });
      expect(await find([])).toEqual([{ id: id(1), version: 1 }]);
      expect(await find(['age', 'tag_ids'])).toEqual([{ id: id(1), version: 1, age: 3, tag_ids: [id(7)] }]);
      expect(await find(['id', 'version', 'name'])).toEqual([{ id: id(1), version: 1, name: 'Anna' }]);
    });

    test('one row by id or by a unique value, several by a list, none by one that nobody has', async () => {
      await load(store(), country, [
        { id: id(1), code: 'DE' },
        { id: id(2), code: 'FR' },
      ]);
      const find = async (where: Parameters<Store['find']>[0]['where']) =>
        numbers(await store().find({ model: country, where }));
      expect(await find(equals('id', id(2)))).toEqual([2]);
      expect(await find(equals('code', 'DE'))).toEqual([1]);
      expect(await find(oneOf('id', [id(2), id(1), id(3)]))).toEqual([1, 2]);
      expect(await find(equals('id', id(9)))).toEqual([]);
      expect(await find({ kind: 'all', of: [equals('id', id(1)), equals('code', 'FR')] })).toEqual([]);
      expect(await store().count({ model: country, where: equals('code', 'FR') })).toBe(1);
    });

    test('ten thousand rows in one answer', async () => {
      const all = Array.from({ length: 10_000 }, (_, index) => ({ id: id(index), name: `Person ${index}` }));
      await load(store(), person, all);
      const found = await store().find({ model: person, where: always, fields: ['name'] });
      expect(found.map(row => row.name)).toEqual(all.map(row => row.name));
      expect(await store().count({ model: person, where: always })).toBe(10_000);
    });

    test('a model or field that was not opened is a mistake in the program', async () => {
      await expect(store().find({ model: 'contract.nobody', where: always })).rejects.toThrow(TypeError);
      await expect(store().find({ model: person, where: always, fields: ['salary'] })).rejects.toThrow(TypeError);
      await expect(store().find({ model: person, where: equals('salary', 1) })).rejects.toThrow(TypeError);
      const order = [{ field: 'name" DESC; --', descending: false }];
      await expect(store().find({ model: person, where: always, order })).rejects.toThrow(TypeError);
    });
  });
}
