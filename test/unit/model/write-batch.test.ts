import { describe, expect, test } from 'vitest';
import { systemPrincipal } from '../../../src/model/principal.ts';
import type { RecordsContext } from '../../../src/model/records-context.ts';
import { type PlannedChange, writeBatch } from '../../../src/model/write-batch.ts';
import type { WriteOperation } from '../../../src/store/port.ts';
import { verifies } from '../../requirements.ts';

const insert = (id: string): WriteOperation => ({ kind: 'insert', model: 'x.record', row: { id } });
const change: PlannedChange = {
  model: 'x.record',
  operation: 'create',
  records: [{ id: 'a', version: 1 }],
  principal: systemPrincipal('test'),
};

/** A change of these records with `beside` on a store that writes down what it is asked to write. */
async function write(input: {
  transactions: boolean;
  operations: readonly WriteOperation[];
  beside?: (change: PlannedChange) => Promise<readonly WriteOperation[]>;
}) {
  const batches: { ids: unknown[]; atomic: boolean }[] = [];
  const store = {
    capabilities: { transactions: input.transactions },
    async write(operations: readonly WriteOperation[], { atomic = true } = {}) {
      batches.push({ ids: operations.map(operation => operation.kind === 'insert' && operation.row.id), atomic });
      return operations.map(() => ({ matched: 1, rows: [] }));
    },
  };
  const { beside } = input;
  const context = { parts: { store, ...(beside && { beside }) } } as unknown as RecordsContext;
  const outcome = await writeBatch({ context, operations: input.operations, changes: [change] }).catch(String);
  return { batches, outcome: Array.isArray(outcome) ? outcome.length : outcome };
}

describe(`${verifies('HOOK-1')} what is stored beside a change`, () => {
  const beside = async () => [insert('event')];

  test('goes into its batch where the store has transactions', async () => {
    expect(await write({ transactions: true, operations: [insert('a'), insert('b')], beside })).toEqual({
      batches: [{ ids: ['a', 'b', 'event'], atomic: true }],
      outcome: 2,
    });
  });

  test('goes before it where the store has none', async () => {
    expect(await write({ transactions: false, operations: [insert('a')], beside })).toEqual({
      batches: [
        { ids: ['event'], atomic: false },
        { ids: ['a'], atomic: true },
      ],
      outcome: 1,
    });
  });

  test('is not stored with a change that the store refuses anyway', async () => {
    expect(await write({ transactions: false, operations: [insert('a'), insert('b')], beside })).toEqual({
      batches: [{ ids: ['a', 'b'], atomic: true }],
      outcome: 2,
    });
  });

  test.each([true, false])('refuses the change when it cannot be said (transactions: %s)', async transactions => {
    const failing = () => Promise.reject(new Error('no'));
    expect(await write({ transactions, operations: [insert('a')], beside: failing })).toEqual({
      batches: [],
      outcome: 'Error: no',
    });
  });

  test.each([undefined, async () => []])('may be nothing', async nothing => {
    const more = nothing ? { beside: nothing } : {};
    expect(await write({ transactions: true, operations: [insert('a')], ...more })).toEqual({
      batches: [{ ids: ['a'], atomic: true }],
      outcome: 1,
    });
  });
});
