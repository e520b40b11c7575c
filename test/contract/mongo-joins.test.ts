import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { always, type Condition } from '../../src/store/condition.ts';
import { matches } from '../../src/store/evaluate.ts';
import { openMongoStore } from '../../src/store/mongo/mongo-store.ts';
import type { Store } from '../../src/store/port.ts';
import { arbitraryQuestion } from './arbitrary-conditions.ts';
import { arbitraryRows, idOf } from './arbitrary-values.ts';
import { contractModels, modelNamed } from './contract-models.ts';
import { describeOnMongo } from './mongo-server.ts';

const person = 'contract.person';

describeOnMongo('MongoDB conditions whose lists of ids would be too long', newDatabase => {
  const database = newDatabase();
  let store: Store;

  beforeAll(async () => {
    // With no room for any list, every relation becomes a join.
    store = await openMongoStore({ uri: database.uri, now: () => 0, queryTimeLimit: 10_000, listLimit: 0 });
    await store.open(contractModels);
  });

  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  test('random ones find what they find elsewhere', async () => {
    for (const rows of fc.sample(arbitraryRows(), 3)) {
      for (const { name: model } of contractModels) {
        await store.write([{ kind: 'remove', model, where: always }], { atomic: false });
        const inserts = (rows[model] ?? []).map(row => ({ kind: 'insert', model, row }) as const);
        await store.write(inserts, { atomic: false });
      }
      const related = (model: string) => ({ model: modelNamed(model), rows: rows[model] ?? [] });
      await fc.assert(
        fc.asyncProperty(arbitraryQuestion(), async ({ model, condition }) => {
          const { rows: all, model: definition } = related(model);
          const expected = all.filter(row => matches({ condition, row, model: definition, related }));
          const found = await store.find({ model, where: condition, fields: [] });
          expect(found.map(row => row.id)).toEqual(expected.map(row => row.id).toSorted());
          expect(await store.count({ model, where: condition })).toBe(expected.length);
        }),
        { numRuns: 100 },
      );
    }
  });

  test('updates and removals reach the same rows', async () => {
    await store.write([{ kind: 'remove', model: person, where: always }], { atomic: false });
    const ids = [0, 1, 2, 3].map(number => idOf(person, number));
    const rows = ids.map((id, index) => ({ id, manager_id: ids[index - 1] ?? null, name: `p${index}` }));
    await store.write(
      rows.map(row => ({ kind: 'insert', model: person, row }) as const),
      { atomic: false },
    );
    const managed: Condition = { kind: 'related', field: 'manager_id', where: always };
    const below: Condition = {
      ...{ kind: 'within', field: 'id', model: person, parent: 'manager_id', direction: 'child' },
      ...{ ids: ids.slice(2, 3), where: always },
    };
    const set = { note: 'managed' };
    const [updated] = await store.write([{ kind: 'update', model: person, where: managed, set }], { atomic: false });
    expect(updated).toMatchObject({ matched: 3, rows: ids.slice(1).map(id => ({ id, note: 'managed', version: 2 })) });
    const [removed] = await store.write([{ kind: 'remove', model: person, where: below }], { atomic: false });
    expect(removed?.matched).toBe(2);
    expect((await store.find({ model: person, where: always })).map(row => row.id)).toEqual(ids.slice(0, 2));
  });
});
