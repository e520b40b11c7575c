import { afterAll, beforeAll, expect, test } from 'vitest';
import { always, equals } from '../../../src/store/condition.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/port.ts';
import { sqliteStore, type TestStore } from '../../support/stores.ts';

const model = 'x.thing';
const id = 'a'.repeat(24);
const name = { name: 'name', type: 'string', index: false, unique: true, searchable: false, folded: false } as const;

let place: TestStore;
let real: Store;
let still: Store;

beforeAll(async () => {
  place = await sqliteStore();
  const options = { location: place.location, folder: '/', now: Date.now, queryTimeLimit: 10_000 };
  real = await openStore(options);
  still = await openStore({ ...options, still: true });
  for (const store of [real, still]) {
    await store.open([{ name: model, fields: [name], indexes: [], watched: false }]);
  }
  await real.write([{ kind: 'insert', model, row: { id, name: 'one' } }]);
});
afterAll(async () => {
  await still.close();
  await real.close();
  await place.drop();
});

test('it is read like any other', async () => {
  expect(await still.find({ model, where: always })).toEqual([{ id, version: 1, name: 'one' }]);
  expect(await still.count({ model, where: equals('name', 'one') })).toBe(1);
});

test('what is written to it is said to be done, and goes nowhere', async () => {
  const results = await still.write([
    { kind: 'insert', model, row: { id: 'b'.repeat(24), name: 'two' } },
    { kind: 'update', model, where: equals('id', id), set: { name: 'three' }, expect: 1 },
    { kind: 'remove', model, where: always },
  ]);
  expect(results.map(({ matched }) => matched)).toEqual([1, 1, 0]);
  for (const store of [real, still]) {
    expect(await store.find({ model, where: always })).toEqual([{ id, version: 1, name: 'one' }]);
  }
});
