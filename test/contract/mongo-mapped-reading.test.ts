import { mongo } from 'mongoose';
import { expect, test } from 'vitest';
import { all, type Condition, equals, not, wordsOf } from '../../src/store/condition.ts';
import { customer, id, mappedHouse, oid, order } from './mapped-house.ts';
import { describeOnMongo } from './mongo-server.ts';

describeOnMongo('mapped models: reading', newDatabase => {
  const house = mappedHouse(newDatabase);
  const { customers, find, one } = house;

  test('the types that others use come as the values that a model has', async () => {
    await customers().insertOne({
      _id: oid(1),
      fullName: 'Ærøskøbing Øl',
      contact: { email: 'a@b.example', phones: ['1'] },
      limit: mongo.Decimal128.fromString('1234.50'),
      since: new Date('2024-02-29T00:00:00Z'),
      seen: new Date('2024-02-29T10:11:12.013Z'),
      visits: mongo.Long.fromNumber(7),
      rating: 4.5,
      active: true,
      parent: oid(2),
      tags: [oid(3), oid(4)],
      extra: { since: new Date(0), ref: oid(9), list: [1, { a: null }] },
      unknown: 'theirs',
    });
    expect(await one(1)).toEqual({
      id: id(1),
      version: 1,
      name: 'Ærøskøbing Øl',
      email: 'a@b.example',
      limit: 123_450,
      since: '2024-02-29',
      seen: '2024-02-29T10:11:12.013Z',
      visits: 7,
      rating: 4.5,
      active: true,
      parent_id: id(2),
      label_ids: [id(3), id(4)],
      extra: { since: { $date: '1970-01-01T00:00:00.000Z' }, ref: { $oid: id(9) }, list: [1, { a: null }] },
      createdAt: null,
    });
    expect(house.misfits).toEqual([]);
  });

  test.each([
    ['a decimal', mongo.Decimal128.fromString('12.3'), 1230],
    ['a double', 12.34, 1234],
    ['a whole number', 12, 1200],
    ['a negative double', -0.07, -7],
    ['a decimal with an exponent', mongo.Decimal128.fromString('1E+2'), 10_000],
    ['too many digits', 12.345, null],
    ['too many digits of a decimal', mongo.Decimal128.fromString('12.345'), null],
    ['not a number', Number.NaN, null],
    ['no decimal', mongo.Decimal128.fromString('NaN'), null],
    ['infinity', Number.POSITIVE_INFINITY, null],
    ['beyond what a number holds', mongo.Decimal128.fromString('1E+300'), null],
    ['a huge double', 1e300, null],
    ['text', '12.34', null],
    ['a list', [12.34], null],
  ])('an amount as %s', async (_, limit, expected) => {
    await customers().insertOne({ _id: oid(1), limit });
    expect((await one(1))?.limit).toBe(expected);
    const where = equals('limit', expected);
    expect(await find(customer, where)).toEqual([id(1)]);
    expect(await find(customer, not(where))).toEqual([]);
    if (expected === null) return;
    for (const [operator, value, found] of [
      ['<', expected, false],
      ['<=', expected, true],
      ['>', expected, false],
      ['>=', expected, true],
      ['<', expected + 1, true],
      ['>', expected - 1, true],
    ] as const) {
      const condition = { kind: 'compare', field: 'limit', operator, value } as const;
      expect(await find(customer, condition), `${operator} ${value}`).toEqual(found ? [id(1)] : []);
    }
    const [sum] = await house.store.aggregate({
      model: customer,
      where: all(),
      groupBy: [],
      measures: [{ operator: 'sum', field: 'limit' }],
    });
    expect(sum?.values).toEqual([expected]);
  });

  test('words, and text without case, are found without anything kept beside them', async () => {
    await customers().insertMany([
      { _id: oid(1), fullName: 'Österreich (AT)' },
      { _id: oid(2), fullName: 'Cafe\u0301 Noir' },
      { _id: oid(3), fullName: ['Österreich'] },
      { _id: oid(4), fullName: 'a.b*c' },
    ]);
    const words = (text: string) => find(customer, { kind: 'words', fields: ['name'], words: wordsOf(text) });
    expect(await words('osterr')).toEqual([id(1)]);
    expect(await words('at')).toEqual([id(1)]);
    expect(await words('sterr')).toEqual([]);
    expect(await words('cafe noir')).toEqual([id(2)]);
    expect(await words('CAFÉ')).toEqual([id(2)]);
    const like = (pattern: Extract<Condition, { kind: 'match' }>['pattern'], fold: boolean) =>
      find(customer, { kind: 'match', field: 'name', pattern, fold });
    const anything = { wildcard: 'any' } as const;
    expect(await like(['ÖSTERREICH', anything], true)).toEqual([id(1)]);
    expect(await like([anything, 'café', anything], true)).toEqual([id(2)]);
    expect(await like(['ÖSTERREICH', anything], false)).toEqual([]);
    expect(await like(['a.b*c'], true)).toEqual([id(4)]);
    expect(await like(['a', anything, '*C'], true)).toEqual([id(4)]);
  });

  test('groups and measures speak of the values of the model', async () => {
    await customers().insertMany([
      { _id: oid(1), parent: oid(9), limit: 1.1, seen: new Date('2024-01-31T23:59:59Z') },
      {
        _id: oid(2),
        parent: oid(9),
        limit: mongo.Decimal128.fromString('2.20'),
        seen: new Date('2024-01-01T00:00:00Z'),
      },
      { _id: oid(3), parent: 'x', limit: '7', seen: '2024-01-01' },
    ]);
    const groups = await house.store.aggregate({
      model: customer,
      where: all(),
      groupBy: [{ field: 'parent_id' }, { field: 'seen', unit: 'month' }],
      measures: [{ operator: 'count' }, { operator: 'sum', field: 'limit' }, { operator: 'max', field: 'seen' }],
    });
    expect(groups).toEqual([
      { keys: [null, null], values: [1, 0, null] },
      { keys: [id(9), '2024-01-01'], values: [2, 330, '2024-01-31T23:59:59.000Z'] },
    ]);
  });

  test('relations lead from one to the other, whatever their ids are', async () => {
    await customers().insertMany([
      { _id: oid(1), fullName: 'Parent', tags: [oid(5)] },
      { _id: oid(2), fullName: 'Child', parent: oid(1) },
      { _id: oid(3), fullName: 'Grandchild', parent: oid(2) },
    ]);
    await house.connection.collection<{ _id: number }>('orders').insertMany([
      { _id: 17, customer: id(2) },
      { _id: 18, customer: 'nobody' },
    ] as never);
    await house.connection.collection('labels').insertOne({ _id: oid(5), name: 'vip' });
    await house.store.write([
      { kind: 'insert', model: 'own.note', row: { id: id(77), customer_id: id(3), order_id: `${'0'.repeat(22)}17` } },
    ]);
    const related = (field: string, where: Condition): Condition => ({ kind: 'related', field, where });
    expect(await find(order, related('customer_id', equals('name', 'Child')))).toEqual([`${'0'.repeat(22)}17`]);
    expect(await find(order, equals('customer_id', null))).toEqual([`${'0'.repeat(22)}18`]);
    expect(await find(customer, related('order_ids', equals('id', `${'0'.repeat(22)}17`)))).toEqual([id(2)]);
    expect(await find(customer, related('label_ids', equals('name', 'vip')))).toEqual([id(1)]);
    expect(await find(customer, { kind: 'has', field: 'label_ids', ids: [id(5)] })).toEqual([id(1)]);
    expect(await find('own.note', related('customer_id', equals('name', 'Grandchild')))).toEqual([id(77)]);
    expect(await find('own.note', related('order_id', related('customer_id', equals('name', 'Child'))))).toEqual([
      id(77),
    ]);
    expect(await find(customer, related('note_ids', equals('id', id(77))))).toEqual([id(3)]);
    const within = (direction: 'child' | 'parent', ids: string[]): Condition => ({
      kind: 'within',
      field: 'id',
      model: customer,
      parent: 'parent_id',
      direction,
      ids,
      where: all(),
    });
    expect(await find(customer, within('child', [id(1)]))).toEqual([id(1), id(2), id(3)]);
    expect(await find(customer, all(equals('id', id(3)), within('child', [id(1)])))).toEqual([id(3)]);
    expect(await find(customer, within('parent', [id(3)]))).toEqual([id(1), id(2), id(3)]);
  });

  test('what others change is seen at once', async () => {
    await customers().insertOne({ _id: oid(1), fullName: 'Before' });
    expect(await one(1)).toMatchObject({ name: 'Before' });
    await customers().updateOne({ _id: oid(1) }, { $set: { fullName: 'After' } });
    expect(await one(1)).toMatchObject({ name: 'After' });
    expect(await find(customer, equals('name', 'Before'))).toEqual([]);
    await customers().deleteOne({ _id: oid(1) });
    expect(await one(1)).toBeUndefined();
  });

  test('order and pages', async () => {
    await customers().insertMany([3, 1, 2].map(number => ({ _id: oid(number), fullName: `n${number % 3}` })));
    const page = (offset: number) =>
      house.store.find({
        model: customer,
        where: all(),
        order: [{ field: 'name', descending: true }],
        limit: 1,
        offset,
        fields: [],
      });
    expect([await page(0), await page(1), await page(2)].flat()).toEqual([
      { id: id(2), version: 1 },
      { id: id(1), version: 1 },
      { id: id(3), version: 1 },
    ]);
    const after = { kind: 'compare', field: 'id', operator: '>', value: id(1) } as const;
    expect(await find(customer, after)).toEqual([id(2), id(3)]);
  });
});
