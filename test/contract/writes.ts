import { describe, expect, test } from 'vitest';
import { all, any, equals, not, oneOf } from '../../src/store/condition.ts';
import type { Row, Store, WriteOperation } from '../../src/store/port.ts';
import { country, everything, id, load, numbers, person, tag } from './harness.ts';

export function writes(store: () => Store): void {
  const read = async (model = person): Promise<Row[]> => store().find({ model, where: everything });
  const update = (rest: Partial<Extract<WriteOperation, { kind: 'update' }>>): WriteOperation => ({
    kind: 'update',
    model: person,
    where: equals('id', id(1)),
    ...rest,
  });
  const anna = () => load(store(), person, [{ id: id(1), name: 'Anna', age: 30, tag_ids: [id(7)] }]);

  describe('write', () => {
    test('an insert starts at version 1, whatever is said', async () => {
      const row = { id: id(1), version: 7, name: 'Anna' };
      expect(await store().write([{ kind: 'insert', model: person, row }])).toEqual([{ matched: 1, rows: [] }]);
      expect(await read()).toMatchObject([{ id: id(1), version: 1, name: 'Anna' }]);
    });

    test('a copy keeps the version that it is given', async () => {
      await store().write([
        { kind: 'insert', model: person, row: { id: id(1), name: 'Änne', tag_ids: [id(7)] }, version: 7 },
      ]);
      expect(await read()).toMatchObject([{ id: id(1), version: 7, name: 'Änne', tag_ids: [id(7)] }]);
      expect(await store().count({ model: person, where: { kind: 'has', field: 'tag_ids', ids: [id(7)] } })).toBe(1);
      expect(await store().write([update({})])).toMatchObject([{ rows: [{ version: 8 }] }]);
    });

    test.each([0, -1, 1.5, 2 ** 53])('%s is no version', async version => {
      const insert = { kind: 'insert', model: person, row: { id: id(1) }, version } as const;
      await expect(store().write([insert])).rejects.toThrow(TypeError);
      expect(await read()).toEqual([]);
    });

    test('nothing to write', async () => {
      expect(await store().write([])).toEqual([]);
    });

    test('an update answers with the rows as they are now', async () => {
      await anna();
      const results = await store().write([update({ set: { name: 'Änne', tag_ids: [], extra: { a: [1] } } })]);
      const after = { id: id(1), version: 2, name: 'Änne', age: 30, tag_ids: [], extra: { a: [1] }, bio: null };
      expect(results).toMatchObject([{ matched: 1, rows: [after] }]);
      expect(results[0]?.rows).toEqual(await read());
    });

    test('what is not set stays', async () => {
      await anna();
      await store().write([update({ set: { bio: 'sailor' } })]);
      expect(await read()).toMatchObject([{ name: 'Anna', age: 30, tag_ids: [id(7)], bio: 'sailor' }]);
    });

    test('a value can be taken away', async () => {
      await anna();
      await store().write([update({ set: { name: null, age: null, tag_ids: [] } })]);
      expect(await read()).toMatchObject([{ name: null, age: null, tag_ids: [] }]);
      expect(await store().count({ model: person, where: equals('name', null) })).toBe(1);
    });

    test('numbers are added; a missing one counts as 0', async () => {
      await anna();
      await store().write([update({ add: { age: -5, balance: 7, score: 0.25 }, set: { name: 'B' } })]);
      expect(await read()).toMatchObject([{ version: 2, age: 25, balance: 7, score: 0.25, name: 'B' }]);
    });

    test('an update without changes still counts the version up', async () => {
      await anna();
      expect(await store().write([update({})])).toMatchObject([{ matched: 1, rows: [{ version: 2 }] }]);
    });

    test('no match: nothing happens', async () => {
      expect(await store().write([update({ set: { name: 'x' } })])).toEqual([{ matched: 0, rows: [] }]);
      const remove = { kind: 'remove', model: person, where: equals('id', id(1)) } as const;
      expect(await store().write([remove])).toEqual([{ matched: 0, rows: [] }]);
    });

    test('the condition is part of the write', async () => {
      await anna();
      const where = all(equals('id', id(1)), equals('version', 1));
      const results = [];
      for (const name of ['first', 'second'])
        results.push(...(await store().write([update({ where, set: { name } })])));
      expect(results.map(result => result.matched)).toEqual([1, 0]);
      expect(await read()).toMatchObject([{ name: 'first', version: 2 }]);
    });

    test('a condition through a relation', async () => {
      await load(store(), country, [{ id: id(50), code: 'DE' }]);
      await load(store(), person, [{ id: id(1), country_id: id(50) }]);
      const from = (code: string) =>
        all(equals('id', id(1)), { kind: 'related', field: 'country_id', where: equals('code', code) });
      expect(await store().write([update({ where: from('FR'), set: { name: 'x' } })])).toMatchObject([{ matched: 0 }]);
      expect(await store().write([update({ where: from('DE'), set: { name: 'x' } })])).toMatchObject([{ matched: 1 }]);
    });

    test('several rows, changed and removed', async () => {
      await load(
        store(),
        person,
        [1, 2, 3, 4].map(number => ({ id: id(number), age: number })),
      );
      const few = any(equals('age', 2), equals('age', 3));
      const [changed] = await store().write([update({ where: few, add: { age: 10 } })], { atomic: false });
      expect(changed?.matched).toBe(2);
      expect(changed?.rows.map(row => row.age).sort()).toEqual([12, 13]);
      const remove = { kind: 'remove', model: person, where: not(oneOf('age', [12])) } as const;
      expect(await store().write([remove], { atomic: false })).toEqual([{ matched: 3, rows: [] }]);
      expect(numbers(await read())).toEqual([2]);
    });

    test.each<[string, WriteOperation, string]>([
      ['id', { kind: 'insert', model: country, row: { id: id(1), code: 'FR' } }, 'id'],
      ['unique value', { kind: 'insert', model: country, row: { id: id(2), code: 'DE' } }, 'code'],
      [
        'unique value, by an update',
        { kind: 'update', model: country, where: equals('id', id(3)), set: { code: 'DE' } },
        'code',
      ],
    ])('a taken %s is refused', async (_, operation, field) => {
      await load(store(), country, [{ id: id(1), code: 'DE' }, { id: id(3) }]);
      const before = await read(country);
      const refusal = { code: 'VALUE_NOT_UNIQUE', data: { model: country, field } };
      await expect(store().write([operation])).rejects.toMatchObject(refusal);
      expect(await read(country)).toEqual(before);
    });

    test('any number of rows may be without a unique value, and a removed one is free again', async () => {
      await load(store(), country, [{ id: id(1) }, { id: id(2) }, { id: id(3), code: 'DE' }]);
      await store().write([{ kind: 'remove', model: country, where: equals('code', 'DE') }]);
      await load(store(), country, [{ id: id(4), code: 'DE' }]);
      await store().write([{ kind: 'update', model: country, where: equals('id', id(4)), set: { code: null } }]);
      await load(store(), country, [{ id: id(5), code: 'DE' }]);
      expect(await store().count({ model: country, where: equals('code', null) })).toBe(3);
    });

    test('unique values differ by case and accent', async () => {
      const codes = ['DE', 'de', 'dé', 'de\u0301', 'de ', ''];
      await load(
        store(),
        country,
        codes.map((code, index) => ({ id: id(index), code })),
      );
      expect((await read(country)).map(row => row.code)).toEqual(codes);
    });

    test('another number of rows than expected', async () => {
      await anna();
      const refusal = (matched: number) => ({ code: 'STORE_CONFLICT', data: { index: 0, matched } });
      const other = all(equals('id', id(1)), equals('version', 9));
      await expect(store().write([update({ where: other, set: { name: 'x' }, expect: 1 })])).rejects.toMatchObject(
        refusal(0),
      );
      await expect(store().write([update({ set: { name: 'x' }, expect: 0 })])).rejects.toMatchObject(refusal(1));
      const remove = { kind: 'remove', model: person, where: equals('id', id(1)), expect: 2 } as const;
      await expect(store().write([remove])).rejects.toMatchObject(refusal(1));
      expect(await read()).toMatchObject([{ name: 'Anna', version: 1 }]);
      expect(await store().write([update({ set: { name: 'x' }, expect: 1 })])).toMatchObject([{ matched: 1 }]);
    });

    test('not atomic: in order, the first failure ends it, what came before stays', async () => {
      const insert = (number: number, code: string): WriteOperation => ({
        kind: 'insert',
        model: country,
        row: { id: id(number), code },
      });
      const operations = [insert(1, 'DE'), insert(2, 'DE'), insert(3, 'FR')];
      await expect(store().write(operations, { atomic: false })).rejects.toMatchObject({ code: 'VALUE_NOT_UNIQUE' });
      expect(numbers(await read(country))).toEqual([1]);
      const conflicting = [insert(4, 'IT'), { ...update({ expect: 1 }) }, insert(5, 'ES')];
      const refusal = { code: 'STORE_CONFLICT', data: { index: 1, matched: 0 } };
      await expect(store().write(conflicting, { atomic: false })).rejects.toMatchObject(refusal);
      expect(numbers(await read(country))).toEqual([1, 4]);
    });

    test('a thousand rows of several models in one write', async () => {
      const operations = Array.from(
        { length: 1_000 },
        (_, index): WriteOperation => ({
          ...{ kind: 'insert', model: index % 2 === 0 ? person : tag },
          row: { id: id(index), name: `n${index}` },
        }),
      );
      const results = await store().write(operations, { atomic: false });
      expect(results).toEqual(operations.map(() => ({ matched: 1, rows: [] })));
      expect((await read()).length + (await read(tag)).length).toBe(1_000);
    });

    test.each<[string, WriteOperation]>([
      ['an update of the id', update({ set: { id: id(2) } })],
      ['an update of the version', update({ add: { version: 1 } })],
      ['text added', update({ add: { name: 1 } })],
      ['set and added at once', update({ set: { age: 1 }, add: { age: 1 } })],
      ['a condition on a field that is not declared', update({ where: all(equals('id', id(1)), equals('salary', 1)) })],
      ['a field that is not declared', update({ set: { salary: 1 } })],
      ['a model that was not opened', { kind: 'remove', model: 'contract.nobody', where: everything }],
    ])('%s is a mistake in the program', async (_, operation) => {
      await anna();
      await expect(store().write([operation])).rejects.toThrow(TypeError);
      expect(await read()).toMatchObject([{ id: id(1), version: 1 }]);
    });

    test('a sum that no number can hold is refused', async () => {
      await load(store(), person, [{ id: id(1), balance: Number.MAX_SAFE_INTEGER }]);
      const refusal = { code: 'VALUE_NOT_STORABLE' };
      await expect(store().write([update({ add: { balance: 10 } })])).rejects.toMatchObject(refusal);
      expect(await read()).toMatchObject([{ balance: Number.MAX_SAFE_INTEGER, version: 1 }]);
    });
  });
}
