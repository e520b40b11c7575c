import { describe, expect, test } from 'vitest';
import { any, type Condition, equals } from '../../src/store/condition.ts';
import type { Store } from '../../src/store/port.ts';
import { verifies } from '../requirements.ts';
import { everything, id, load, person } from './harness.ts';

const wildcard = { wildcard: 'any' } as const;

/** A condition that takes a long look at every row. */
const slow: Condition = any(
  ...Array.from({ length: 500 }, (_, index): Condition => {
    return { kind: 'match', field: 'note', pattern: [wildcard, 'a', wildcard, `${index}`, wildcard], fold: false };
  }),
);

export function slowQueries(store: () => Store): void {
  describe('a query past its time limit', () => {
    test(`${verifies('STORE-2')} ends with QUERY_TIMEOUT while quick reads go on`, { timeout: 120_000 }, async () => {
      const rows = Array.from({ length: 20_000 }, (_, index) => ({ id: id(index), note: 'a'.repeat(200) }));
      await load(store(), person, rows);
      const query = { model: person, where: slow, timeLimit: 50 };
      const outcomes = Promise.allSettled([
        store().count(query),
        store().find({ ...query, order: [{ field: 'note', descending: true }], limit: 5 }),
        store().aggregate({ ...query, groupBy: [], measures: [{ operator: 'count' }] }),
      ]);
      for (let number = 0; number < 50; number += 1) {
        const found = await store().find({ model: person, where: equals('id', id(number)), fields: [] });
        expect(found).toHaveLength(1);
      }
      for (const outcome of await outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'QUERY_TIMEOUT' } });
      }
      expect(await store().count({ model: person, where: everything })).toBe(rows.length);
    });
  });
}
