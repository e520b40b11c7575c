import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { always, equals } from '../../../../src/store/condition.ts';
import type { StoredField, StoredModel } from '../../../../src/store/port.ts';
import { openSqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-schema-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = () => join(folder, 'data', 'gatehouse.db');
const openPlain = () => openSqliteStore({ path: path(), now: Date.now, queryTimeLimit: 10_000 });

function model(fields: readonly Partial<StoredField>[], rest: Partial<StoredModel> = {}): StoredModel {
  const plain = {
    name: 'name',
    type: 'string',
    index: false,
    unique: false,
    searchable: false,
    folded: false,
  } as const;
  const all = fields.map((field): StoredField => ({ ...plain, ...field }));
  return { name: 'test.thing', fields: all, indexes: [], watched: false, ...rest };
}

async function opened(definition: StoredModel) {
  const store = await openPlain();
  try {
    await store.open([definition]);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

const insert = (id: string, rest: Record<string, string | number>) =>
  ({ kind: 'insert', model: 'test.thing', row: { id, ...rest } }) as const;

function schemaOf(): string[] {
  const db = new DatabaseSync(path(), { readOnly: true });
  const rows = db.prepare(`SELECT name FROM sqlite_schema WHERE name LIKE 'test.thing%' ORDER BY name`).all();
  db.close();
  return rows.map(row => String(row.name));
}

test('the file and its folder are readable by their owner alone', async () => {
  const store = await openPlain();
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  await store.close();
});

test('indexes come and go with the declaration, rows stay', async () => {
  const first = await opened(model([{ index: true }, { name: 'code', unique: true }], { indexes: [['name', 'code']] }));
  await first.write([insert('1', { name: 'a', code: 'x' })]);
  await first.close();
  expect(schemaOf()).toEqual([
    'test.thing',
    'test.thing$index$name',
    'test.thing$index$name,code',
    'test.thing$unique$code',
  ]);
  const second = await opened(model([{ name: 'code', index: true }]));
  await second.write([insert('2', { code: 'x' })]);
  await second.close();
  expect(schemaOf()).toEqual(['test.thing', 'test.thing$index$code']);
  const third = await opened(model([{}, { name: 'code' }]));
  expect((await third.find({ model: 'test.thing', where: always })).map(row => row.name)).toEqual(['a', null]);
  await third.close();
});

test('a field cannot become another type', async () => {
  await (await opened(model([{}]))).close();
  const refusal = {
    code: 'CONFIG_INVALID',
    publicMessage: expect.stringMatching(/name of test\.thing .*integer.*TEXT/),
  };
  await expect(opened(model([{ type: 'integer' }]))).rejects.toMatchObject(refusal);
  await (await opened(model([{}]))).close();
});

test('a field cannot become unique while rows share a value; the store works on as before', async () => {
  const store = await opened(model([{}]));
  await store.write([insert('1', { name: 'a' }), insert('2', { name: 'a' })]);
  const refusal = { code: 'VALUE_NOT_UNIQUE', data: { model: 'test.thing', field: 'name' } };
  await expect(store.open([model([{ unique: true }])])).rejects.toMatchObject(refusal);
  await store.write([insert('3', { name: 'a' })]);
  expect(await store.count({ model: 'test.thing', where: equals('name', 'a') })).toBe(3);
  await store.write([
    { kind: 'remove', model: 'test.thing', where: equals('id', '1') },
    { kind: 'remove', model: 'test.thing', where: equals('id', '3') },
  ]);
  await store.open([model([{ unique: true }])]);
  await expect(store.write([insert('4', { name: 'a' })])).rejects.toMatchObject(refusal);
  await store.close();
});

test('fields that are searchable later, or no longer', async () => {
  const store = await opened(model([{ searchable: true }, { name: 'rank' }]));
  await store.write([insert('1', { name: 'Anna', rank: 'captain' })]);
  const find = (field: string, word: string) =>
    store.count({ model: 'test.thing', where: { kind: 'words', fields: [field], words: [word] } });
  expect(await find('name', 'ann')).toBe(1);
  await expect(find('rank', 'cap')).rejects.toThrow(TypeError);
  await store.open([model([{}, { name: 'rank', searchable: true }])]);
  expect(await find('rank', 'cap')).toBe(1);
  await expect(find('name', 'ann')).rejects.toThrow(TypeError);
  await store.close();
});

test.each([
  ['a quote', model([{ name: 'a"b' }])],
  ['a space', model([{ name: 'a b' }])],
  ['nothing', model([{ name: '' }])],
  ['a derived name', model([{ name: 'name$folded' }])],
  ['a name of a model', model([{}], { name: 'a";--' })],
  ['a name of SQLite', model([{}], { name: 'sqlite_schema' })],
  ['two names that differ in case', model([{ name: 'a' }, { name: 'A' }])],
  ['an index on a document', model([{ type: 'json', index: true }])],
  ['an index on a list', model([{ type: 'ids' }], { indexes: [['name']] })],
])('%s is a mistake in the program', async (_, definition) => {
  const store = await openPlain();
  await expect(store.open([definition])).rejects.toThrow(/test\.thing|Not a name/);
  await store.ping();
  await store.close();
});

test('field names that mean something to SQL', async () => {
  const names = ['rowid', 'oid', '_rowid_', 'rank', 'select', 'doc', 'index', 'a.b', 'a-b', 'order', 'null'];
  const store = await opened(model(names.map(name => ({ name, index: true, searchable: true, folded: true }))));
  const row = Object.fromEntries(names.map(name => [name, `value of ${name}`]));
  await store.write([insert('1', row)]);
  expect(await store.find({ model: 'test.thing', where: always })).toEqual([{ id: '1', version: 1, ...row }]);
  for (const name of names) {
    expect(await store.count({ model: 'test.thing', where: equals(name, `value of ${name}`) })).toBe(1);
    expect(await store.count({ model: 'test.thing', where: { kind: 'words', fields: [name], words: ['val'] } })).toBe(
      1,
    );
  }
  await store.close();
});

test('models opened while others write: every row has its values in their fields', async () => {
  const store = await opened(model([{ name: 'b' }, { name: 'd' }]));
  const wider = model([{ name: 'a' }, { name: 'b', searchable: true }, { name: 'c' }, { name: 'd' }]);
  const ids = Array.from({ length: 40 }, (_, index) => `${index}`.padStart(2, '0'));
  await Promise.all(
    ids.map(async (id, index) => {
      if (index === 20) await store.open([wider]);
      await store.write([insert(id, { b: `b ${id}`, d: `d ${id}` })]);
    }),
  );
  const rows = await store.find({ model: 'test.thing', where: always });
  expect(rows).toEqual(ids.map(id => ({ id, version: 1, a: null, b: `b ${id}`, c: null, d: `d ${id}` })));
  const words = { kind: 'words', fields: ['b'], words: ['b'] } as const;
  expect(await store.count({ model: 'test.thing', where: words })).toBe(40);
  await store.close();
});
