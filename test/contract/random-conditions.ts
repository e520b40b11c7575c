import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareCodePoints } from '../../src/store/code-points.ts';
import { equals } from '../../src/store/condition.ts';
import { matches } from '../../src/store/evaluate.ts';
import type { OrderBy, Row, Store, StoredValue } from '../../src/store/port.ts';
import { verifies } from '../requirements.ts';
import { arbitraryQuestion } from './arbitrary-conditions.ts';
import { arbitraryRows } from './arbitrary-values.ts';
import { contractModels, modelNamed } from './contract-models.ts';
import { clear, everything, load, person } from './harness.ts';

type Tables = Readonly<Record<string, readonly Row[]>>;

/** One to repeat a failure with: `CONTRACT_SEED=…`. */
const seed = Number(process.env.CONTRACT_SEED ?? Date.now() % 2 ** 31);
const questions = 12;
const runs = 30;

/** Random rows and conditions: the store finds what the evaluator finds. */
export function randomConditions(store: () => Store): void {
  async function fill(tables: Tables): Promise<void> {
    await clear(store());
    for (const { name } of contractModels) await load(store(), name, tables[name] ?? []);
  }

  describe(`random rows (seed ${seed})`, () => {
    const options = { seed, numRuns: runs, endOnFailure: true };

    test(`${verifies('STORE-1')} ${runs * questions} conditions`, { timeout: 300_000 }, async () => {
      const asked = fc.array(arbitraryQuestion(), { minLength: questions, maxLength: questions });
      await fc.assert(
        fc.asyncProperty(arbitraryRows(), asked, async (tables, list) => {
          await fill(tables);
          const related = (name: string) => ({ model: modelNamed(name), rows: tables[name] ?? [] });
          for (const { model, condition } of list) {
            const { model: definition, rows } = related(model);
            const expected = rows.filter(row => matches({ condition, row, model: definition, related }));
            const found = await store().find({ model, where: condition, fields: [] });
            const ids = expected.map(row => row.id).sort();
            const message = JSON.stringify({ model, condition });
            expect(
              found.map(row => row.id),
              message,
            ).toEqual(ids);
            expect(await store().count({ model, where: condition }), message).toBe(ids.length);
            const [first] = rows;
            if (!first) continue;
            const where = { kind: 'all', of: [equals('id', first.id), condition] } as const;
            expect(await store().count({ model, where }), message).toBe(expected.includes(first) ? 1 : 0);
          }
        }),
        options,
      );
    });

    test('exactly the rows that match are changed', { timeout: 300_000 }, async () => {
      if (!store().capabilities.transactions) return;
      await fc.assert(
        fc.asyncProperty(arbitraryRows(), arbitraryQuestion(), async (tables, { model, condition }) => {
          await fill(tables);
          const related = (name: string) => ({ model: modelNamed(name), rows: tables[name] ?? [] });
          const { model: definition, rows } = related(model);
          const expected = rows.filter(row => matches({ condition, row, model: definition, related }));
          const operation = { model, where: condition, expect: expected.length };
          const [changed] = await store().write([{ kind: 'update', set: { name: 'changed' }, ...operation }]);
          const after = expected.map(row => ({ ...row, name: 'changed', version: 2 }));
          expect([...(changed?.rows ?? [])].sort(byId)).toEqual(after.sort(byId));
          await fill(tables);
          await store().write([{ kind: 'remove', ...operation }]);
          const left = await store().find({ model, where: everything });
          expect(left).toEqual(rows.filter(row => !expected.includes(row)).sort(byId));
        }),
        options,
      );
    });

    test('come back as they were stored, in the order asked for', { timeout: 300_000 }, async () => {
      const fields = ['name', 'note', 'age', 'score', 'active', 'born', 'manager_id'];
      const order = fc.record({ field: fc.constantFrom(...fields), descending: fc.boolean() });
      const orders = fc.uniqueArray(order, { minLength: 1, maxLength: 3, selector: ({ field }) => field });
      const page = fc.record({ limit: fc.nat(7), offset: fc.nat(3) });
      await fc.assert(
        fc.asyncProperty(arbitraryRows(), orders, page, async (tables, order, { limit, offset }) => {
          await fill(tables);
          const expected = [...(tables[person] ?? [])].sort((left, right) => inOrder({ left, right, order }));
          const found = await store().find({ model: person, where: everything, order });
          expect(found).toEqual(expected);
          const some = await store().find({ model: person, where: everything, order, limit, offset });
          expect(some).toEqual(expected.slice(offset, offset + limit));
        }),
        options,
      );
    });
  });
}

function byId(left: Row, right: Row): number {
  return compareCodePoints(left.id, right.id);
}

function inOrder({ left, right, order }: { left: Row; right: Row; order: readonly OrderBy[] }): number {
  for (const { field, descending } of order) {
    const sign = compareValues(left[field] ?? null, right[field] ?? null);
    if (sign !== 0) return descending ? -sign : sign;
  }
  return byId(left, right);
}

function compareValues(left: StoredValue, right: StoredValue): number {
  if (left === right) return 0;
  if (left === null || right === null) return left === null ? -1 : 1;
  if (typeof left === 'string' && typeof right === 'string') return compareCodePoints(left, right);
  return Number(left) - Number(right);
}
