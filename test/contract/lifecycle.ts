import { describe, expect, test, vi } from 'vitest';
import { equals, oneOf, wordsOf } from '../../src/store/condition.ts';
import type { StoredField, StoredModel } from '../../src/store/port.ts';
import { contractModels } from './contract-models.ts';
import { clear, country, everything, type Harness, id, load, numbers, openContractStore, person } from './harness.ts';

function model(name: string, fields: readonly (Partial<StoredField> & { name: string })[]): StoredModel {
  const plain = { type: 'string', index: false, unique: false, searchable: false, folded: false } as const;
  return { name, fields: fields.map(field => ({ ...plain, ...field })), indexes: [], watched: false };
}

/** Opening, opening again with more, watching, closing. */
export function lifecycle(harness: Harness): void {
  describe('opening and closing', () => {
    test('says what it is, without secrets', async () => {
      const store = await openContractStore(harness, { data: 'info' });
      expect(store.info.product).toMatch(/\d/);
      expect(store.info.location).not.toMatch(/:[^/@]+@/);
      expect(typeof store.capabilities.transactions).toBe('boolean');
      await store.ping();
      await store.close();
    });

    test('rows are there after reopening', async () => {
      const first = await openContractStore(harness, { data: 'reopen' });
      await load(first, person, [{ id: id(1), name: 'Anna', tag_ids: [id(7)], extra: { a: 1 } }]);
      const before = await first.find({ model: person, where: everything });
      await first.close();
      const second = await openContractStore(harness, { data: 'reopen' });
      await second.open(contractModels);
      expect(await second.find({ model: person, where: everything })).toEqual(before);
      await second.close();
    });

    test('more models, fields and indexes on a filled store', async () => {
      const name = 'contract.grown';
      const small = model(name, [{ name: 'name' }, { name: 'code' }, { name: 'about', searchable: true }]);
      const first = await openContractStore(harness, { data: 'grow', models: [small] });
      await load(first, name, [
        { id: id(1), name: 'Änne Bell', code: 'a', about: 'sailor' },
        { id: id(2), name: 'anna', code: 'b' },
      ]);
      await first.close();

      const grown = model(name, [
        { name: 'name', index: true, searchable: true, folded: true },
        { name: 'code', unique: true },
        { name: 'about', searchable: true, folded: true },
        { name: 'age', type: 'integer', index: true },
        { name: 'tag_ids', type: 'ids', index: true },
      ]);
      const second = await openContractStore(harness, {
        data: 'grow',
        models: [{ ...grown, indexes: [['code', 'age']] }],
      });
      const found = async (where: Parameters<typeof second.find>[0]['where']) =>
        numbers(await second.find({ model: name, where }));
      expect(await second.find({ model: name, where: equals('id', id(2)) })).toEqual([
        { id: id(2), version: 1, name: 'anna', code: 'b', about: null, age: null, tag_ids: [] },
      ]);
      expect(await found({ kind: 'words', fields: ['name', 'about'], words: wordsOf('bell sailor') })).toEqual([1]);
      expect(await found({ kind: 'match', field: 'name', pattern: ['änne', { wildcard: 'any' }], fold: true })).toEqual(
        [1],
      );
      await expect(load(second, name, [{ id: id(3), code: 'a' }])).rejects.toMatchObject({
        code: 'VALUE_NOT_UNIQUE',
        data: { model: name, field: 'code' },
      });
      const set = { age: 5, tag_ids: [id(9)], name: 'Bob' };
      await second.write([{ kind: 'update', model: name, where: equals('id', id(1)), set }]);
      expect(await found({ kind: 'has', field: 'tag_ids', ids: [id(9)] })).toEqual([1]);
      expect(await found({ kind: 'words', fields: ['name'], words: ['bell'] })).toEqual([]);
      expect(await found(equals('age', 5))).toEqual([1]);

      await second.open([model('contract.other', [{ name: 'name' }])]);
      await load(second, 'contract.other', [{ id: id(1), name: 'x' }]);
      expect(await second.count({ model: 'contract.other', where: everything })).toBe(1);
      expect(await second.count({ model: name, where: oneOf('id', [id(1), id(2)]) })).toBe(2);
      await second.close();
    });

    test('several open the same new data at once', async () => {
      const stores = await Promise.all([1, 2, 3].map(() => openContractStore(harness, { data: 'together' })));
      await Promise.all(stores.map((store, index) => load(store, person, [{ id: id(index + 1), name: 'x' }])));
      for (const store of stores)
        expect(numbers(await store.find({ model: person, where: everything }))).toEqual([1, 2, 3]);
      await Promise.all(stores.map(store => store.close()));
    });

    test('two stores see what the other writes, at once', async () => {
      const one = await openContractStore(harness, { data: 'shared' });
      const two = await openContractStore(harness, { data: 'shared' });
      await clear(one);
      for (let number = 1; number <= 5; number += 1) {
        await load(number % 2 === 0 ? one : two, country, [{ id: id(number), code: `c${number}` }]);
        const other = number % 2 === 0 ? two : one;
        expect(await other.find({ model: country, where: equals('id', id(number)) })).toHaveLength(1);
        expect(await other.count({ model: country, where: everything })).toBe(number);
      }
      const race = await Promise.allSettled(
        Array.from({ length: 20 }, (_, caller) =>
          (caller % 2 === 0 ? one : two).write([
            { kind: 'insert', model: country, row: { id: id(100 + caller), code: 'DE' } },
          ]),
        ),
      );
      expect(race.filter(outcome => outcome.status === 'fulfilled')).toHaveLength(1);
      await Promise.all([one.close(), two.close()]);
    });

    test('watch: a write to a watched model is told to every store, another is not', async () => {
      const one = await openContractStore(harness, { data: 'watch' });
      const two = await openContractStore(harness, { data: 'watch' });
      await clear(one);
      const told = { one: 0, two: 0, stopped: 0 };
      one.watch(() => {
        told.one += 1;
      });
      two.watch(() => {
        told.two += 1;
      });
      const stop = two.watch(() => {
        told.stopped += 1;
      });
      await load(two, country, [{ id: id(1) }]);
      await new Promise(resolve => setTimeout(resolve, 700));
      expect(told).toEqual({ one: 0, two: 0, stopped: 0 });

      stop();
      stop();
      await load(one, person, [{ id: id(1) }]);
      await vi.waitFor(() => expect(told).toMatchObject({ one: 1, two: 1 }), { timeout: 20_000 });
      await two.write([{ kind: 'update', model: person, where: equals('id', id(1)), set: { name: 'x' } }]);
      await vi.waitFor(() => expect(told).toMatchObject({ one: 2, two: 2 }), { timeout: 20_000 });
      await two.write([{ kind: 'remove', model: person, where: equals('id', id(1)) }]);
      await vi.waitFor(() => expect(told).toMatchObject({ one: 3, two: 3, stopped: 0 }), { timeout: 20_000 });
      await Promise.all([one.close(), two.close()]);
    });

    test('closing waits for what is being written, can be repeated, and ends the store', async () => {
      const store = await openContractStore(harness, { data: 'close' });
      await clear(store);
      store.watch(() => {});
      const writing = load(store, person, [{ id: id(1) }]);
      await Promise.all([writing, store.close(), store.close()]);
      await store.close();
      const calls = [
        () => store.find({ model: person, where: everything }),
        () => store.find({ model: person, where: equals('id', id(1)) }),
        () => store.write([{ kind: 'insert', model: person, row: { id: id(2) } }]),
        () => store.ping(),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      const again = await openContractStore(harness, { data: 'close' });
      expect(numbers(await again.find({ model: person, where: everything }))).toEqual([1]);
      await again.close();
    });
  });
}
