import { describe, expect, test } from 'vitest';
import { all, equals } from '../../src/store/condition.ts';
import type { Store, WriteOperation } from '../../src/store/port.ts';
import { verifies } from '../requirements.ts';
import { country, everything, id, load, person } from './harness.ts';

/** What must be exact however many come at once. */
export function races(store: () => Store): void {
  const fifty = (operation: (caller: number) => WriteOperation) =>
    Promise.allSettled(Array.from({ length: 50 }, (_, caller) => store().write([operation(caller)])));
  const matched = (outcomes: Awaited<ReturnType<typeof fifty>>) =>
    outcomes.reduce((sum, outcome) => sum + (outcome.status === 'fulfilled' ? (outcome.value[0]?.matched ?? 0) : 0), 0);

  describe('fifty at once', () => {
    test('insert the same unique value: one wins', async () => {
      const outcomes = await fifty(caller => ({
        ...{ kind: 'insert', model: country },
        row: { id: id(caller), code: 'DE' },
      }));
      expect(matched(outcomes)).toBe(1);
      const refused = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
      expect(refused).toEqual(Array.from({ length: 49 }, () => 'VALUE_NOT_UNIQUE'));
      expect(await store().count({ model: country, where: everything })).toBe(1);
    });

    test('insert the same id: one wins', async () => {
      const outcomes = await fifty(() => ({ kind: 'insert', model: country, row: { id: id(1) } }));
      expect(matched(outcomes)).toBe(1);
    });

    test(`${verifies('STORE-1')} consume what can be used once: one does`, async () => {
      await load(store(), person, [{ id: id(1), active: true }]);
      const unused = all(equals('id', id(1)), equals('active', true));
      const outcomes = await fifty(caller => ({
        ...{ kind: 'update', model: person, where: unused },
        set: { active: false, name: `caller ${caller}` },
      }));
      expect(matched(outcomes)).toBe(1);
      const winner = outcomes.findIndex(outcome => outcome.status === 'fulfilled' && outcome.value[0]?.matched === 1);
      const rows = await store().find({ model: person, where: everything });
      expect(rows).toMatchObject([{ name: `caller ${winner}`, version: 2 }]);
    });

    test('count to a limit of three: three do', async () => {
      await load(store(), person, [{ id: id(1), age: 0 }]);
      const free = all(equals('id', id(1)), { kind: 'compare', field: 'age', operator: '<', value: 3 });
      const outcomes = await fifty(() => ({ kind: 'update', model: person, where: free, add: { age: 1 } }));
      expect(matched(outcomes)).toBe(3);
      expect(await store().find({ model: person, where: everything })).toMatchObject([{ age: 3, version: 4 }]);
    });

    test('add without a condition: none is lost', async () => {
      await load(store(), person, [{ id: id(1) }]);
      await fifty(() => ({ kind: 'update', model: person, where: equals('id', id(1)), add: { age: 1 } }));
      expect(await store().find({ model: person, where: everything })).toMatchObject([{ age: 50, version: 51 }]);
    });

    test('count in a row that the first one makes: three count, and nobody is refused for anything else', async () => {
      const limit = { kind: 'compare', field: 'age', operator: '<', value: 3 } as const;
      const count = async (row: string) => {
        const add: WriteOperation = {
          kind: 'update',
          model: person,
          where: all(equals('id', row), limit),
          add: { age: 1 },
        };
        const insert: WriteOperation = { kind: 'insert', model: person, row: { id: row, age: 1 } };
        for (const operation of [add, insert, add]) {
          const [result] = await store()
            .write([operation])
            .catch((thrown: { code: string }) => {
              if (thrown.code !== 'VALUE_NOT_UNIQUE') throw thrown;
              return [];
            });
          if (result?.matched === 1) return 1;
        }
        return 0;
      };
      for (let round = 1; round <= 10; round += 1) {
        const counted = await Promise.all(Array.from({ length: 50 }, () => count(id(round))));
        expect(counted.filter(Boolean)).toHaveLength(3);
      }
    });

    test('take one row away: one does', async () => {
      await load(store(), person, [{ id: id(1) }]);
      const outcomes = await fifty(() => ({ kind: 'remove', model: person, where: equals('id', id(1)), expect: 1 }));
      expect(matched(outcomes)).toBe(1);
    });
  });
}
