import { mongo } from 'mongoose';
import { expect, test } from 'vitest';
import { all, any, type Condition, equals, oneOf } from '../../src/store/condition.ts';
import { customer, id, label, mappedHouse, oid } from './mapped-house.ts';
import { describeOnMongo } from './mongo-server.ts';

describeOnMongo('mapped models: writing', newDatabase => {
  const house = mappedHouse(newDatabase);
  const { customers, find, one, raw } = house;

  const update = (number: number, set: Record<string, never> | Record<string, unknown>, ...where: Condition[]) =>
    house.store.write([
      {
        kind: 'update',
        model: customer,
        where: all(equals('id', id(number)), ...where),
        set: set as never,
        expect: 1,
      },
    ]);

  test('only what is set changes, in the types that others use; members that no field shows stay', async () => {
    const before = {
      _id: oid(1),
      fullName: 'Old',
      contact: { email: 'a@b.example', phones: ['1'] },
      extra: { deep: new Date(5) },
      seen: new Date(6),
      theirs: [1, { a: mongo.Long.MAX_VALUE }],
    };
    await customers().insertOne(before);
    const [result] = await update(1, {
      name: 'New',
      email: 'new@b.example',
      limit: 1050,
      since: '2024-02-29',
      parent_id: id(2),
      label_ids: [id(3)],
      extra: { at: { $date: '2024-01-01T00:00:00.000Z' }, n: { $numberDecimal: '1.50' } },
      seen: null,
    });
    const { seen, ...rest } = before;
    expect(await raw(1)).toEqual({
      ...rest,
      fullName: 'New',
      contact: { email: 'new@b.example', phones: ['1'] },
      limit: mongo.Decimal128.fromString('10.50'),
      since: new Date('2024-02-29T00:00:00Z'),
      parent: oid(2),
      tags: [oid(3)],
      extra: { at: new Date('2024-01-01'), n: mongo.Decimal128.fromString('1.50') },
      gatehouseWrites: 1,
    });
    expect(result?.rows).toEqual([await one(1)]);
    expect(result?.rows[0]).toMatchObject({ version: 2, seen: null, limit: 1050 });
  });

  test('a new row is a document of the others, without anything of ours', async () => {
    await house.store.write([
      { kind: 'insert', model: customer, row: { id: id(1), name: 'New', email: 'a@b.example', active: false } },
    ]);
    expect(await raw(1)).toEqual({ _id: oid(1), fullName: 'New', contact: { email: 'a@b.example' }, active: false });
    expect(await one(1)).toMatchObject({ version: 1, name: 'New' });
  });

  test('an absent counter is version 1; of twenty writers with the same version one wins', async () => {
    await customers().insertOne({ _id: oid(1) });
    const writers = Array.from({ length: 20 }, (_, index) => update(1, { name: `w${index}` }, equals('version', 1)));
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await one(1)).toMatchObject({ version: 2 });
    expect(await raw(1)).toMatchObject({ gatehouseWrites: 1 });
    await expect(update(1, { name: 'late' }, oneOf('version', [1, 3]))).rejects.toMatchObject({
      code: 'STORE_CONFLICT',
    });
    await update(1, { name: 'next' }, equals('version', 2));
    expect(await one(1)).toMatchObject({ version: 3, name: 'next' });
  });

  test('values are never operators, and names never paths', async () => {
    await customers().insertMany([
      { _id: oid(1), fullName: '$fullName' },
      { _id: oid(2), fullName: 'x' },
    ]);
    expect(await find(customer, equals('name', '$fullName'))).toEqual([id(1)]);
    await expect(find(customer, equals('name', { $ne: null } as never))).rejects.toThrow(TypeError);
    await expect(find(customer, equals('name', 'a\0'))).rejects.toMatchObject({ code: 'VALUE_NOT_STORABLE' });
    await update(2, { name: '$$ROOT' });
    expect(await raw(2)).toMatchObject({ fullName: '$$ROOT' });
    for (const extra of [{ $where: '1' }, { 'a.b': 1 }, { a: { $code: 'x' } }, { $oid: 'x' }, { $date: 'never' }]) {
      await expect(update(2, { extra })).rejects.toMatchObject({
        code: 'VALUE_NOT_STORABLE',
        data: { field: 'extra' },
      });
    }
    await expect(update(2, { 'contact.phones': 'x' })).rejects.toThrow(TypeError);
  });

  test('a unique index of others refuses, and the field is named', async () => {
    await customers().insertMany([{ _id: oid(1), contact: { email: 'a@b.example' } }, { _id: oid(2) }]);
    await expect(update(2, { email: 'a@b.example' })).rejects.toMatchObject({
      code: 'VALUE_NOT_UNIQUE',
      data: { model: customer, field: 'email' },
    });
    await expect(
      house.store.write([{ kind: 'insert', model: customer, row: { id: id(3), email: 'a@b.example' } }]),
    ).rejects.toMatchObject({ code: 'VALUE_NOT_UNIQUE', data: { model: customer, field: 'email' } });
  });

  test('several rows, one after the other', async () => {
    await customers().insertMany([1, 2, 3].map(number => ({ _id: oid(number), active: number < 3, keep: number })));
    const [result] = await house.store.write(
      [{ kind: 'update', model: customer, where: equals('active', true), set: { name: 'all' } }],
      { atomic: false },
    );
    expect(result?.matched).toBe(2);
    expect(await raw(2)).toEqual({ _id: oid(2), active: true, keep: 2, fullName: 'all', gatehouseWrites: 1 });
    await house.store.write([{ kind: 'remove', model: customer, where: any(equals('name', 'all')) }], {
      atomic: false,
    });
    expect(await customers().find().toArray()).toEqual([{ _id: oid(3), active: false, keep: 3 }]);
  });

  test('what is only read is not written by anything', async () => {
    await house.connection.collection('labels').insertOne({ _id: oid(1), name: 'vip' });
    const where = equals('id', id(1));
    for (const operation of [
      { kind: 'insert', model: label, row: { id: id(2), name: 'x' } },
      { kind: 'update', model: label, where, set: { name: 'x' } },
      { kind: 'remove', model: label, where },
    ] as const) {
      await expect(house.store.write([operation])).rejects.toThrow(TypeError);
    }
    expect(await house.connection.collection('labels').find().toArray()).toEqual([{ _id: oid(1), name: 'vip' }]);
  });

  test('no index and no collection is made', async () => {
    expect((await customers().indexes()).map(({ name }) => name)).toEqual(['_id_', 'contact.email_1']);
    const names = (await house.connection.listCollections()).map(({ name }) => name);
    expect(names).not.toContain(customer);
  });
});
