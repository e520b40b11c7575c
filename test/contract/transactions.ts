import { describe, expect, test } from 'vitest';
import { equals, oneOf } from '../../src/store/condition.ts';
import type { Store, WriteOperation } from '../../src/store/port.ts';
import { verifies } from '../requirements.ts';
import { country, everything, id, load, numbers, person } from './harness.ts';

const insert = (number: number, code: string): WriteOperation => ({
  ...{ kind: 'insert', model: country },
  row: { id: id(number), code },
});
const rename = (number: number, options: { expect?: number } = {}): WriteOperation => ({
  ...{ kind: 'update', model: country, where: equals('id', id(number)), set: { name: 'new' } },
  ...options,
});

/** What fails at its last operation. */
const failing: [string, WriteOperation[], string][] = [
  ['a taken value', [insert(2, 'FR'), rename(1), insert(3, 'DE')], 'VALUE_NOT_UNIQUE'],
  ['a value taken by the write itself', [insert(2, 'FR'), insert(3, 'FR')], 'VALUE_NOT_UNIQUE'],
  ['an unmet expectation', [insert(2, 'FR'), rename(1), rename(9, { expect: 1 })], 'STORE_CONFLICT'],
  [
    'a removal that expects more',
    [rename(1), { kind: 'remove', model: country, where: everything, expect: 5 }],
    'STORE_CONFLICT',
  ],
  [
    'many rows changed, then too few',
    [{ kind: 'update', model: country, where: everything, set: { name: 'x' }, expect: 2 }],
    'STORE_CONFLICT',
  ],
];

/** Many rows, all or nothing: done where the server can, refused where it cannot. */
export function transactions(store: () => Store): void {
  const rows = () => store().find({ model: country, where: everything });
  const prepare = () => load(store(), country, [{ id: id(1), code: 'DE', name: 'old' }]);

  describe('all or nothing', () => {
    test.each(failing)('%s undoes everything, or is refused', async (_, operations, code) => {
      await prepare();
      const unchanged = await rows();
      const expected = store().capabilities.transactions ? code : 'STORE_NO_TRANSACTIONS';
      await expect(store().write(operations)).rejects.toMatchObject({ code: expected });
      expect(await rows()).toEqual(unchanged);
    });

    test(`${verifies('STORE-1')} several operations hold together, or are refused with nothing stored`, async () => {
      await prepare();
      const operations = [insert(2, 'FR'), rename(1), rename(2)];
      if (!store().capabilities.transactions) {
        await expect(store().write(operations)).rejects.toMatchObject({ code: 'STORE_NO_TRANSACTIONS' });
        expect(numbers(await rows())).toEqual([1]);
        return;
      }
      const results = await store().write(operations);
      expect(results.map(result => result.matched)).toEqual([1, 1, 1]);
      expect(await rows()).toMatchObject([
        { id: id(1), name: 'new', version: 2 },
        { id: id(2), code: 'FR', name: 'new', version: 2 },
      ]);
    });

    test('a later operation sees what an earlier one did', async () => {
      if (!store().capabilities.transactions) return;
      await prepare();
      const remove: WriteOperation = { kind: 'remove', model: country, where: equals('code', 'DE'), expect: 1 };
      await store().write([remove, insert(2, 'DE')]);
      expect(await rows()).toMatchObject([{ id: id(2), code: 'DE' }]);
    });

    test.each<[string, WriteOperation, boolean]>([
      ['one id', rename(1), true],
      ['one unique value', { kind: 'update', model: country, where: equals('code', 'DE'), set: { name: 'new' } }, true],
      ['a removal by id', { kind: 'remove', model: country, where: equals('id', id(1)) }, true],
      ['one insert', insert(2, 'FR'), true],
      ['a list of ids', { kind: 'remove', model: country, where: oneOf('id', [id(1), id(2)]) }, false],
      ['a value that several may have', { kind: 'remove', model: country, where: equals('name', 'old') }, false],
      ['everything', { kind: 'update', model: country, where: everything, set: { name: 'new' } }, false],
    ])('%s: refused only where it could touch several rows', async (_, operation, isOne) => {
      await prepare();
      const unchanged = await rows();
      if (isOne || store().capabilities.transactions) {
        expect(await store().write([operation])).toMatchObject([{ matched: 1 }]);
        return;
      }
      await expect(store().write([operation])).rejects.toMatchObject({ code: 'STORE_NO_TRANSACTIONS' });
      expect(await rows()).toEqual(unchanged);
    });

    test('what others read is never half a write', async () => {
      if (!store().capabilities.transactions) return;
      await load(store(), person, [
        { id: id(1), balance: 100 },
        { id: id(2), balance: 0 },
      ]);
      const move = (from: number, to: number): WriteOperation[] => [
        { kind: 'update', model: person, where: equals('id', id(from)), add: { balance: -1 } },
        { kind: 'update', model: person, where: equals('id', id(to)), add: { balance: 1 } },
      ];
      const measures = [{ operator: 'sum', field: 'balance' }] as const;
      const sums: unknown[] = [];
      const moves = Array.from({ length: 50 }, () => store().write(move(1, 2)));
      for (let look = 0; look < 20; look += 1) {
        const [row] = await store().aggregate({ model: person, where: everything, groupBy: [], measures });
        sums.push(row?.values[0]);
      }
      await Promise.all(moves);
      expect(new Set(sums)).toEqual(new Set([100]));
      expect(await store().find({ model: person, where: everything })).toMatchObject([
        { balance: 50 },
        { balance: 50 },
      ]);
    });
  });
}
