import type { Connection } from 'mongoose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { all, equals, not, wordsOf } from '../../src/store/condition.ts';
import { openMongoStore } from '../../src/store/mongo/mongo-store.ts';
import type { Store } from '../../src/store/port.ts';
import { idOf } from './arbitrary-values.ts';
import { contractModels } from './contract-models.ts';
import { describeOnMongo } from './mongo-server.ts';

const country = 'contract.country';
const person = 'contract.person';

describeOnMongo('MongoDB that holds data already', newDatabase => {
  const database = newDatabase();
  let connection: Connection;
  let store: Store;

  const collection = (name: string) => connection.collection<{ _id: string; [field: string]: unknown }>(name);
  const ids = async (model: string, where: Parameters<Store['find']>[0]['where']) =>
    (await store.find({ model, where })).map(row => row.id);

  beforeAll(async () => {
    connection = await database.connect();
    await collection(country).createIndex({ remark: 1 }, { name: 'somebody_elses' });
    await collection(country).insertMany([
      { _id: idOf(country, 0), version: 1, name: 'Österreich', code: 'AT', remark: 'theirs' },
      { _id: idOf(country, 1), version: 1, name: null, code: null },
      { _id: idOf(country, 2), version: 1, code: null },
    ]);
    await collection('other').insertOne({ _id: 'x' });
    store = await openMongoStore({ uri: database.uri, now: () => 0, queryTimeLimit: 10_000 });
    await store.open(contractModels);
  });

  afterAll(async () => {
    await store.close();
    await connection.close();
    await database.drop();
  });

  test('what was there stays: collections, documents, fields and indexes of others', async () => {
    const before = await collection(country).findOne({ _id: idOf(country, 0) });
    expect(before).toMatchObject({ remark: 'theirs' });
    const indexes = await collection(country).indexes();
    expect(indexes.map(({ name }) => name)).toContain('somebody_elses');
    expect(await collection('other').countDocuments()).toBe(1);
    const where = equals('id', idOf(country, 0));
    await store.write([{ kind: 'update', model: country, where, set: { name: 'Austria' } }]);
    await store.write([{ kind: 'update', model: country, where, set: { name: 'Österreich' } }]);
    expect(await collection(country).findOne({ _id: idOf(country, 0) })).toMatchObject({
      remark: 'theirs',
      version: 3,
    });
  });

  test('older rows are found without case and by words', async () => {
    const folded = { kind: 'match', field: 'name', pattern: ['österREICH'], fold: true } as const;
    expect(await ids(country, folded)).toEqual([idOf(country, 0)]);
    const words = { kind: 'words', fields: ['name'], words: wordsOf('osterr') } as const;
    expect(await ids(country, words)).toEqual([idOf(country, 0)]);
  });

  test('null and absent are both missing, and neither is a duplicate', async () => {
    expect(await ids(country, equals('code', null))).toEqual([idOf(country, 1), idOf(country, 2)]);
    expect(await ids(country, not(equals('name', null)))).toEqual([idOf(country, 0)]);
    const [row] = await store.find({ model: country, where: equals('id', idOf(country, 2)) });
    expect(row).toEqual({ id: idOf(country, 2), version: 1, name: null, code: null });
  });

  test('opening again changes nothing', async () => {
    const before = await collection(country).indexes();
    await store.open(contractModels);
    expect(await collection(country).indexes()).toEqual(before);
  });

  test('a duplicate found by a conditional update names its field', async () => {
    await store.write([{ kind: 'insert', model: country, row: { id: idOf(country, 3), code: 'CH' } }]);
    const update = {
      kind: 'update',
      model: country,
      where: equals('id', idOf(country, 3)),
      set: { code: 'AT' },
    } as const;
    await expect(store.write([update])).rejects.toMatchObject({
      code: 'VALUE_NOT_UNIQUE',
      data: { model: country, field: 'code' },
    });
    await expect(store.find({ model: country, where: equals('id', idOf(country, 3)) })).resolves.toMatchObject([
      { code: 'CH', version: 1 },
    ]);
  });

  test('values that are no longer unique stop the start, and the message says which', async () => {
    await collection('contract.badge').insertMany([
      { _id: 'a', version: 1, code: 'x' },
      { _id: 'b', version: 1, code: 'x' },
    ]);
    const code = {
      name: 'code',
      type: 'string',
      index: false,
      unique: true,
      searchable: false,
      folded: false,
    } as const;
    const badge = { name: 'contract.badge', fields: [code], indexes: [], watched: false };
    await expect(store.open([badge])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/contract\.badge.*`code`/),
    });
  });

  test.each(['gatehouse_store', '$cmd', 'a b', 'system.users\0', ''])('%j cannot be a model', async name => {
    await expect(store.open([{ name, fields: [], indexes: [], watched: false }])).rejects.toThrow(TypeError);
  });

  test.each(['$where', '_fold', 'a.b', '__proto__', ''])('%j cannot be a field', async name => {
    const field = { name, type: 'string', index: false, unique: false, searchable: false, folded: false } as const;
    const model = { name: 'contract.hostile', fields: [field], indexes: [], watched: false };
    await expect(store.open([model])).rejects.toThrow(TypeError);
  });

  test('documents with keys that are operators elsewhere come back as they were, and match nothing', async () => {
    const extra = JSON.parse('{"$ne":null,"a.b":{"$gt":""},"__proto__":{"polluted":true},"constructor":1}');
    await store.write([{ kind: 'insert', model: person, row: { id: idOf(person, 0), extra, name: '$name' } }]);
    const where = all(equals('name', '$name'), not(equals('extra', null)));
    const [row] = await store.find({ model: person, where });
    expect(JSON.stringify(row?.extra)).toBe(JSON.stringify(extra));
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    const groups = await store.aggregate({ model: person, where, groupBy: [{ field: 'name' }], measures: [] });
    expect(groups).toEqual([{ keys: ['$name'], values: [] }]);
  });
});
