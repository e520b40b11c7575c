import { describe, expect, test } from 'vitest';
import { all, equals, not } from '../../src/store/condition.ts';
import type { AggregateQuery, DateUnit, Store } from '../../src/store/port.ts';
import { country, id, load, person } from './harness.ts';

type Rest = Partial<Omit<AggregateQuery, 'model'>>;

const count = { operator: 'count' } as const;

/** Days and the beginnings of their units: leap days, and weeks that belong to the year before or after. */
const beginnings: Record<Exclude<DateUnit, 'day'>, readonly (readonly [string, string])[]> = {
  week: [
    ['2024-12-29', '2024-12-23'],
    ['2024-12-30', '2024-12-30'],
    ['2025-01-01', '2024-12-30'],
    ['2025-01-05', '2024-12-30'],
    ['2025-01-06', '2025-01-06'],
    ['2021-01-03', '2020-12-28'],
    ['2020-02-29', '2020-02-24'],
    ['1969-12-31', '1969-12-29'],
  ],
  month: [
    ['2024-02-29', '2024-02-01'],
    ['2024-12-31', '2024-12-01'],
  ],
  quarter: [
    ['2024-01-01', '2024-01-01'],
    ['2024-03-31', '2024-01-01'],
    ['2024-04-01', '2024-04-01'],
    ['2024-09-30', '2024-07-01'],
    ['2024-12-31', '2024-10-01'],
  ],
  year: [
    ['2024-12-31', '2024-01-01'],
    ['1900-03-01', '1900-01-01'],
  ],
};

export function aggregates(store: () => Store): void {
  const aggregate = (rest: Rest) =>
    store().aggregate({ model: person, where: all(), groupBy: [], measures: [count], ...rest });
  const born = async (...dates: (string | null)[]) =>
    load(
      store(),
      person,
      dates.map((date, index) => ({ id: id(index + 1), born: date })),
    );
  const team = () =>
    load(store(), person, [
      { id: id(1), name: 'b', age: 10, score: 0.5, active: true, country_id: id(50) },
      { id: id(2), name: 'a', age: 20, score: 1.5, active: true, country_id: id(50) },
      { id: id(3), name: 'a', age: null, score: null, active: false },
      { id: id(4), name: null, age: -5, score: 4, active: null },
    ]);

  describe('aggregate', () => {
    test('over all rows', async () => {
      await team();
      const measures = (['sum', 'avg', 'min', 'max'] as const).map(operator => ({ operator, field: 'age' }));
      expect(await aggregate({ measures: [count, ...measures] })).toEqual([
        { keys: [], values: [4, 25, 25 / 3, -5, 20] },
      ]);
    });

    test('over no rows', async () => {
      const measures = (['sum', 'avg', 'min', 'max'] as const).map(operator => ({ operator, field: 'score' }));
      const where = equals('name', 'nobody');
      expect(await aggregate({ where, measures: [count, ...measures] })).toEqual([
        { keys: [], values: [0, 0, null, null, null] },
      ]);
      expect(await aggregate({ where, groupBy: [{ field: 'name' }] })).toEqual([]);
    });

    test('groups by their keys, missing ones first', async () => {
      await team();
      const measures = [count, { operator: 'sum', field: 'score' }, { operator: 'max', field: 'name' }] as const;
      expect(await aggregate({ groupBy: [{ field: 'name' }], measures })).toEqual([
        { keys: [null], values: [1, 4, null] },
        { keys: ['a'], values: [2, 1.5, 'a'] },
        { keys: ['b'], values: [1, 0.5, 'b'] },
      ]);
    });

    test.each([
      ['active', [null, false, true]],
      ['age', [null, -5, 10, 20]],
      ['score', [null, 0.5, 1.5, 4]],
      ['country_id', [null, id(50)]],
      ['version', [1]],
    ])('by %s', async (field, keys) => {
      await team();
      expect((await aggregate({ groupBy: [{ field }] })).map(row => row.keys)).toEqual(keys.map(key => [key]));
    });

    test('several keys, in their order', async () => {
      await team();
      const groupBy = [{ field: 'active' }, { field: 'name' }];
      expect((await aggregate({ groupBy })).map(row => row.keys)).toEqual([
        [null, null],
        [false, 'a'],
        [true, 'a'],
        [true, 'b'],
      ]);
    });

    test('a page of groups', async () => {
      await team();
      const groupBy = [{ field: 'age' }];
      const keys = async (page: Rest) => (await aggregate({ groupBy, ...page })).map(row => row.keys[0]);
      expect(await keys({ limit: 2 })).toEqual([null, -5]);
      expect(await keys({ limit: 2, offset: 1 })).toEqual([-5, 10]);
      expect(await keys({ offset: 3 })).toEqual([20]);
      expect(await keys({ limit: 0 })).toEqual([]);
    });

    test('groups without measures', async () => {
      await team();
      expect(await aggregate({ groupBy: [{ field: 'active' }], measures: [] })).toEqual(
        [null, false, true].map(key => ({ keys: [key], values: [] })),
      );
    });

    test('only rows that match, and through relations', async () => {
      await team();
      await load(store(), country, [{ id: id(50), code: 'DE' }]);
      const where = { kind: 'related', field: 'country_id', where: equals('code', 'DE') } as const;
      expect(await aggregate({ where })).toEqual([{ keys: [], values: [2] }]);
      expect(await aggregate({ where: not(where) })).toEqual([{ keys: [], values: [2] }]);
      expect(await aggregate({ where: equals('id', id(1)) })).toEqual([{ keys: [], values: [1] }]);
    });

    test('days of dates and times', async () => {
      await born('2024-02-29', '2024-02-29T23:59:59.999Z', '2024-03-01T00:00:00.000Z', null);
      expect(await aggregate({ groupBy: [{ field: 'born', unit: 'day' }] })).toEqual([
        { keys: [null], values: [1] },
        { keys: ['2024-02-29'], values: [2] },
        { keys: ['2024-03-01'], values: [1] },
      ]);
    });

    test.each(Object.entries(beginnings))('%s', async (unit, pairs) => {
      await born(...pairs.flatMap(([day]) => [day, `${day}T23:30:00.000Z`]));
      const groups = await aggregate({ groupBy: [{ field: 'born', unit: unit as DateUnit }] });
      const expected = new Map<string, number>();
      for (const [, beginning] of pairs) expected.set(beginning, (expected.get(beginning) ?? 0) + 2);
      const sorted = [...expected].sort(([left], [right]) => (left < right ? -1 : 1));
      expect(groups).toEqual(sorted.map(([key, rows]) => ({ keys: [key], values: [rows] })));
    });

    test('sums of money are exact', async () => {
      const rows = Array.from({ length: 1_000 }, (_, index) => ({ id: id(index), balance: 10 + index }));
      await load(store(), person, [...rows, { id: id(5_000), balance: Number.MAX_SAFE_INTEGER - 1_000_000 }]);
      const measures = [{ operator: 'sum', field: 'balance' }] as const;
      const sum = rows.reduce((total, row) => total + row.balance, Number.MAX_SAFE_INTEGER - 1_000_000);
      expect(await aggregate({ measures })).toEqual([{ keys: [], values: [sum] }]);
    });

    test('a sum past the safe integers is a number, not an error', async () => {
      await load(
        store(),
        person,
        [1, 2, 3, 4].map(number => ({ id: id(number), balance: Number.MAX_SAFE_INTEGER })),
      );
      const [row] = await aggregate({ measures: [{ operator: 'sum', field: 'balance' }] });
      expect(row?.values[0]).toBeCloseTo(4 * Number.MAX_SAFE_INTEGER, -4);
    });

    test.each<[string, Rest]>([
      ['a list', { groupBy: [{ field: 'tag_ids' }] }],
      ['a document', { groupBy: [{ field: 'extra' }] }],
      ['a one2many', { groupBy: [{ field: 'report_ids' }] }],
      ['a field that is not there', { groupBy: [{ field: 'salary' }] }],
      ['the month of a number', { groupBy: [{ field: 'age', unit: 'month' }] }],
      ['the sum of text', { measures: [{ operator: 'sum', field: 'name' }] }],
      ['the average of booleans', { measures: [{ operator: 'avg', field: 'active' }] }],
      ['the least list', { measures: [{ operator: 'min', field: 'tag_ids' }] }],
      ['the sum of nothing', { measures: [{ operator: 'sum' }] }],
    ])('%s is a mistake in the program', async (_, rest) => {
      await expect(aggregate(rest)).rejects.toThrow(TypeError);
    });
  });
}
