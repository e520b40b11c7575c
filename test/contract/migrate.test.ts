import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrateStore } from '../../src/cli/migrate/migrate-store.ts';
import { silentTerminal } from '../../src/cli/terminal.ts';
import { kernelErrors } from '../../src/errors.ts';
import { always, equals } from '../../src/store/condition.ts';
import type { Store, WriteOperation } from '../../src/store/port.ts';
import { verifies } from '../requirements.ts';
import { describeOnStores, sqliteStore, type TestStore } from '../support/stores.ts';
import { arbitraryRows } from './arbitrary-values.ts';
import { contractModels } from './contract-models.ts';
import { clear, country, id, load, openContractStore, person, tag } from './harness.ts';

const models = contractModels.map(({ name }) => name);

describeOnStores('migrating any values from SQLite', open => {
  let stores: TestStore[];
  let source: Store;
  let target: Store;

  beforeEach(async () => {
    stores = [await sqliteStore(), await open()];
    const [from, to] = stores.map(({ location }) => openContractStore({ location: () => location }, { data: '' }));
    [source, target] = [await (from as Promise<Store>), await (to as Promise<Store>)];
  });

  afterEach(async () => {
    for (const store of [source, target]) await store?.close();
    for (const store of stores) await store.drop();
  });

  const run = (from = source) => migrateStore({ source: from, target, models, terminal: silentTerminal });

  test(`${verifies('STORE-4')} every value, id and version is the same on both sides`, {
    timeout: 120_000,
  }, async () => {
    const versions = fc.array(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(arbitraryRows(), versions, async (tables, numbers) => {
        await clear(source);
        await clear(target);
        const inserts = Object.entries(tables).flatMap(([model, rows]) =>
          rows.map((row, index): WriteOperation => {
            const { version: _, ...values } = row;
            return { kind: 'insert', model, row: { ...values, id: row.id }, version: numbers[index] ?? 1 };
          }),
        );
        await source.write(inserts, { atomic: false });
        const migrated = await run();
        expect(migrated.map(({ difference }) => difference)).toEqual(models.map(() => undefined));
        for (const model of models) {
          const [before, after] = await Promise.all(
            [source, target].map(store => store.find({ model, where: always })),
          );
          expect(after).toEqual(before);
        }
      }),
      { numRuns: 25 },
    );
  });

  /** The source, written to after the first page of a model has been read: as by a server that nobody has stopped. */
  function busySource(after: string, write: WriteOperation): Store {
    let isWritten = false;
    return {
      ...source,
      async find(query) {
        const rows = await source.find(query);
        if (query.model === after && !isWritten) {
          isWritten = true;
          await source.write([write]);
        }
        return rows;
      },
    };
  }

  test.each<[what: string, write: WriteOperation]>([
    ['a new record', { kind: 'insert', model: tag, row: { id: id(900) } }],
    ['a change', { kind: 'update', model: tag, where: equals('id', id(1)), set: { name: 'new' } }],
    ['a removal', { kind: 'remove', model: tag, where: equals('id', id(1)) }],
  ])(`${verifies('STORE-4')} %s in the source while it is copied is noticed`, async (_what, write) => {
    await load(source, tag, [{ id: id(1), name: 'old' }, { id: id(2) }]);
    await expect(run(busySource(tag, write))).rejects.toMatchObject({ code: 'MIGRATION_SOURCE_CHANGED' });
  });

  test('a write to what decides ends the copying at once', async () => {
    await load(source, country, [{ id: id(1) }]);
    await load(source, tag, [{ id: id(2) }]);
    const told = Promise.withResolvers<void>();
    const busy = busySource(country, { kind: 'insert', model: person, row: { id: id(900) } });
    const watched: Store = {
      ...busy,
      watch: listener =>
        source.watch(() => {
          listener();
          told.resolve();
        }),
      async find(query) {
        const rows = await busy.find(query);
        await told.promise;
        return rows;
      },
    };
    await expect(run(watched)).rejects.toMatchObject({ code: 'MIGRATION_SOURCE_CHANGED' });
    expect(await target.count({ model: tag, where: always })).toBe(0);
  });

  test('a write that fails leaves what the next run goes on from', async () => {
    await load(source, person, [
      { id: id(1), name: 'A' },
      { id: id(2), name: 'B' },
    ]);
    let writes = 0;
    const failing: Store = {
      ...target,
      async write(operations, options) {
        writes += 1;
        await target.write(operations.slice(0, 1), options);
        throw kernelErrors.STORE_UNAVAILABLE();
      },
    };
    const stopped = migrateStore({ source, target: failing, models, terminal: silentTerminal });
    await expect(stopped).rejects.toMatchObject({ code: 'MIGRATION_CUT_SHORT' });
    expect([writes, await target.count({ model: person, where: always })]).toEqual([1, 1]);
    const migrated = await run();
    expect(migrated.find(({ model }) => model === person)).toMatchObject({ copied: 1, difference: undefined });
  });
});
