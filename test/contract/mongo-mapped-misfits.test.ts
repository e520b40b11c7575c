import { mongo } from 'mongoose';
import { expect, test } from 'vitest';
import { all, equals } from '../../src/store/condition.ts';
import { customer, id, mappedHouse, oid } from './mapped-house.ts';
import { describeOnMongo } from './mongo-server.ts';

describeOnMongo('mapped models: documents that do not fit', newDatabase => {
  const house = mappedHouse(newDatabase);
  const { customers, find, one, raw } = house;

  const odd: Readonly<Record<string, readonly unknown[]>> = {
    name: [5, ['x'], { $ne: null }, oid(1), new Date()],
    visits: ['7', 1.5, 2 ** 60, mongo.Long.MAX_VALUE, Number.NaN, [1]],
    rating: ['x', Number.NaN, Number.POSITIVE_INFINITY, mongo.Long.MAX_VALUE],
    active: ['true', 1, [true]],
    since: ['2024-01-01', new Date('2024-01-01T12:00:00Z'), new Date(-1e15), [new Date(0)]],
    seen: ['2024-01-01T00:00:00.000Z', 5, new Date(-1e15), new Date(8.64e15)],
    parent_id: [id(2), 5, [oid(2)]],
    label_ids: [oid(2), [oid(2), 'x'], 'x', [[oid(2)]]],
    extra: [/x/, { a: /x/ }, { $ne: 1 }],
  };
  const paths: Readonly<Record<string, string>> = { name: 'fullName', parent_id: 'parent', label_ids: 'tags' };
  const cases = Object.entries(odd).flatMap(([field, values]) =>
    values.map((value, index) => [field, index, value] as const),
  );

  test.each(cases)('%s (%i): is missing, told, and never overwritten', async (field, _, value) => {
    const path = paths[field] ?? field;
    await customers().insertOne({ _id: oid(1), [path]: value, other: 1 } as never);
    const before = await raw(1);
    expect((await one(1))?.[field]).toEqual(field === 'label_ids' ? [] : null);
    expect(house.misfits).toMatchObject([{ model: customer, field, path, example: id(1) }]);
    const isDeep = field === 'extra' && !(value instanceof RegExp);
    if (!isDeep) {
      expect(await find(customer, equals(field, null))).toEqual([id(1)]);
      expect(await house.store.misfits()).toEqual([{ model: customer, field, path, example: id(1), count: 1 }]);
    }
    const set = {
      [field]:
        {
          name: 'x',
          visits: 1,
          rating: 1,
          active: true,
          since: '2024-01-01',
          seen: '2024-01-01T00:00:00.000Z',
          parent_id: id(2),
          label_ids: [id(2)],
          extra: {},
        }[field] ?? null,
    };
    for (const values of [set, { [field]: null }]) {
      await expect(
        house.store.write([{ kind: 'update', model: customer, where: equals('id', id(1)), set: values }]),
      ).rejects.toMatchObject({ code: 'RECORD_NOT_WRITABLE' });
    }
    await house.store.write([
      { kind: 'update', model: customer, where: equals('id', id(1)), set: { email: 'a@b.example' } },
    ]);
    expect(await raw(1)).toEqual({ ...before, contact: { email: 'a@b.example' }, gatehouseWrites: 1 });
  });

  test('an _id of another type is no record', async () => {
    await house.connection
      .collection<{ _id: unknown }>('customers')
      .insertMany([{ _id: id(1) }, { _id: 5 }, { _id: { a: 1 } }, { _id: oid(2) }] as never);
    expect(await find(customer, all())).toEqual([id(2)]);
    expect(await find(customer, equals('id', id(1)))).toEqual([]);
    expect(await house.store.count({ model: customer, where: all() })).toBe(1);
    expect(await house.store.misfits()).toMatchObject([{ field: 'id', path: '_id', count: 3 }]);
    await house.store.write([{ kind: 'remove', model: customer, where: all() }], { atomic: false });
    expect(await customers().countDocuments()).toBe(3);
  });

  test.each([
    ['a list', [{ email: 'a@b.example' }]],
    ['text', 'a@b.example'],
    ['null', null],
    ['a list of lists', [[{ email: 'x' }]]],
  ])('%s on the way to a value', async (_, contact) => {
    await customers().insertOne({ _id: oid(1), contact } as never);
    expect((await one(1))?.email).toBe(null);
    expect(await find(customer, equals('email', 'a@b.example'))).toEqual([]);
    const where = equals('id', id(1));
    await expect(
      house.store.write([{ kind: 'update', model: customer, where, set: { email: 'new@b.example' } }]),
    ).rejects.toMatchObject({ code: 'RECORD_NOT_WRITABLE' });
    expect(await raw(1)).toEqual({ _id: oid(1), contact });
  });

  test('a counter that is none is a version of 1 and stops writes', async () => {
    await customers().insertOne({ _id: oid(1), gatehouseWrites: 'many' } as never);
    expect(await one(1)).toMatchObject({ version: 1 });
    await expect(
      house.store.write([{ kind: 'update', model: customer, where: equals('id', id(1)), set: { name: 'x' } }]),
    ).rejects.toMatchObject({ code: 'RECORD_NOT_WRITABLE' });
  });

  test('huge and deep documents', async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 90; level += 1) deep = { a: deep };
    await customers().insertMany([
      { _id: oid(1), fullName: 'deep', extra: deep },
      { _id: oid(2), fullName: 'long', extra: { text: 'x'.repeat(2_000_000) } },
      { _id: oid(3), fullName: 'beside', theirs: 'x'.repeat(10_000_000) },
      { _id: oid(4), fullName: 'odd', extra: JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') },
    ] as never);
    expect((await one(1))?.extra).toBe(null);
    expect((await one(2))?.extra).toBe(null);
    expect(await one(3)).toMatchObject({ name: 'beside' });
    const odd = await one(4);
    expect(JSON.stringify(odd?.extra)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    for (const number of [1, 2]) {
      const update = {
        kind: 'update',
        model: customer,
        where: equals('id', id(number)),
        set: { extra: { a: 1 } },
      } as const;
      await expect(house.store.write([update])).rejects.toMatchObject({ code: 'RECORD_NOT_WRITABLE' });
    }
  });
});
