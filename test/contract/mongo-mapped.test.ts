import { type Connection, mongo } from 'mongoose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { all, any, type Condition, equals, not, oneOf, wordsOf } from '../../src/store/condition.ts';
import type { Misfit } from '../../src/store/mapping.ts';
import { openMongoStore } from '../../src/store/mongo/mongo-store.ts';
import type { Row, Store } from '../../src/store/port.ts';
import { mappedModels } from './mapped-models.ts';
import { describeOnMongo } from './mongo-server.ts';

const customer = 'shop.customer';
const order = 'shop.order';
const label = 'shop.label';

const oid = (number: number) => new mongo.ObjectId(number.toString(16).padStart(24, '0'));
const id = (number: number) => number.toString(16).padStart(24, '0');

describeOnMongo('mapped models', newDatabase => {
  const database = newDatabase();
  let connection: Connection;
  let store: Store;
  let misfits: Misfit[];

  const customers = () => connection.collection('customers');
  const find = async (model: string, where: Condition) => (await store.find({ model, where })).map(row => row.id);
  const one = async (number: number): Promise<Row | undefined> =>
    (await store.find({ model: customer, where: equals('id', id(number)) }))[0];
  const raw = (number: number) => customers().findOne({ _id: oid(number) });

  beforeAll(async () => {
    connection = await database.connect();
    for (const name of ['customers', 'orders', 'labels']) await connection.createCollection(name);
    await customers().createIndex({ 'contact.email': 1 }, { unique: true, sparse: true });
  });
  beforeEach(async () => {
    for (const name of ['customers', 'orders', 'labels']) await connection.collection(name).deleteMany({});
    misfits = [];
    store = await openMongoStore({
      uri: database.uri,
      now: () => 0,
      queryTimeLimit: 10_000,
      onMisfit: misfit => misfits.push(misfit),
    });
    await store.open(mappedModels);
  });
  afterEach(() => store.close());
  afterAll(async () => {
    await connection.close();
    await database.drop();
  });

  describe('reading', () => {
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
      expect(misfits).toEqual([]);
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
      const [sum] = await store.aggregate({
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
      const groups = await store.aggregate({
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
      await connection.collection<{ _id: number }>('orders').insertMany([
        { _id: 17, customer: id(2) },
        { _id: 18, customer: 'nobody' },
      ] as never);
      await connection.collection('labels').insertOne({ _id: oid(5), name: 'vip' });
      await store.write([
        { kind: 'insert', model: 'own.note', row: { id: id(77), customer_id: id(3), order_id: '0'.repeat(22) + '17' } },
      ]);
      const related = (field: string, where: Condition): Condition => ({ kind: 'related', field, where });
      expect(await find(order, related('customer_id', equals('name', 'Child')))).toEqual(['0'.repeat(22) + '17']);
      expect(await find(order, equals('customer_id', null))).toEqual(['0'.repeat(22) + '18']);
      expect(await find(customer, related('order_ids', equals('id', '0'.repeat(22) + '17')))).toEqual([id(2)]);
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
        store.find({
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

  describe('documents that do not fit', () => {
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
      expect(misfits).toMatchObject([{ model: customer, field, path, example: id(1) }]);
      const isDeep = field === 'extra' && !(value instanceof RegExp);
      if (!isDeep) {
        expect(await find(customer, equals(field, null))).toEqual([id(1)]);
        expect(await store.misfits()).toEqual([{ model: customer, field, path, example: id(1), count: 1 }]);
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
          store.write([{ kind: 'update', model: customer, where: equals('id', id(1)), set: values }]),
        ).rejects.toMatchObject({ code: 'RECORD_NOT_WRITABLE' });
      }
      await store.write([
        { kind: 'update', model: customer, where: equals('id', id(1)), set: { email: 'a@b.example' } },
      ]);
      expect(await raw(1)).toEqual({ ...before, contact: { email: 'a@b.example' }, gatehouseWrites: 1 });
    });

    test('an _id of another type is no record', async () => {
      await connection
        .collection<{ _id: unknown }>('customers')
        .insertMany([{ _id: id(1) }, { _id: 5 }, { _id: { a: 1 } }, { _id: oid(2) }] as never);
      expect(await find(customer, all())).toEqual([id(2)]);
      expect(await find(customer, equals('id', id(1)))).toEqual([]);
      expect(await store.count({ model: customer, where: all() })).toBe(1);
      expect(await store.misfits()).toMatchObject([{ field: 'id', path: '_id', count: 3 }]);
      await store.write([{ kind: 'remove', model: customer, where: all() }], { atomic: false });
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
        store.write([{ kind: 'update', model: customer, where, set: { email: 'new@b.example' } }]),
      ).rejects.toMatchObject({ code: 'RECORD_NOT_WRITABLE' });
      expect(await raw(1)).toEqual({ _id: oid(1), contact });
    });

    test('a counter that is none is a version of 1 and stops writes', async () => {
      await customers().insertOne({ _id: oid(1), gatehouseWrites: 'many' } as never);
      expect(await one(1)).toMatchObject({ version: 1 });
      await expect(
        store.write([{ kind: 'update', model: customer, where: equals('id', id(1)), set: { name: 'x' } }]),
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
        await expect(store.write([update])).rejects.toMatchObject({ code: 'RECORD_NOT_WRITABLE' });
      }
    });
  });

  describe('writing', () => {
    const update = (number: number, set: Record<string, never> | Record<string, unknown>, ...where: Condition[]) =>
      store.write([
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
      await store.write([
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
        store.write([{ kind: 'insert', model: customer, row: { id: id(3), email: 'a@b.example' } }]),
      ).rejects.toMatchObject({ code: 'VALUE_NOT_UNIQUE', data: { model: customer, field: 'email' } });
    });

    test('several rows, one after the other', async () => {
      await customers().insertMany([1, 2, 3].map(number => ({ _id: oid(number), active: number < 3, keep: number })));
      const [result] = await store.write(
        [{ kind: 'update', model: customer, where: equals('active', true), set: { name: 'all' } }],
        { atomic: false },
      );
      expect(result?.matched).toBe(2);
      expect(await raw(2)).toEqual({ _id: oid(2), active: true, keep: 2, fullName: 'all', gatehouseWrites: 1 });
      await store.write([{ kind: 'remove', model: customer, where: any(equals('name', 'all')) }], { atomic: false });
      expect(await customers().find().toArray()).toEqual([{ _id: oid(3), active: false, keep: 3 }]);
    });

    test('what is only read is not written by anything', async () => {
      await connection.collection('labels').insertOne({ _id: oid(1), name: 'vip' });
      const where = equals('id', id(1));
      for (const operation of [
        { kind: 'insert', model: label, row: { id: id(2), name: 'x' } },
        { kind: 'update', model: label, where, set: { name: 'x' } },
        { kind: 'remove', model: label, where },
      ] as const) {
        await expect(store.write([operation])).rejects.toThrow(TypeError);
      }
      expect(await connection.collection('labels').find().toArray()).toEqual([{ _id: oid(1), name: 'vip' }]);
    });

    test('no index and no collection is made', async () => {
      expect((await customers().indexes()).map(({ name }) => name)).toEqual(['_id_', 'contact.email_1']);
      const names = (await connection.listCollections()).map(({ name }) => name);
      expect(names).not.toContain(customer);
    });
  });
});
