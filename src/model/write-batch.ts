import type { WriteOperation, WriteResult } from '../store/port.ts';
import type { RecordChange } from './environment.ts';
import type { RecordsContext } from './records-context.ts';

/** A change of records that is about to be written. */
export interface PlannedChange extends Omit<RecordChange, 'ids'> {
  /** `version`: the one that the change gives the record; of a deleted one, what the next would have been. */
  readonly records: readonly { readonly id: string; readonly version: number }[];
}

/**
 * Writes a change all or nothing, with what belongs beside it. Where the store has transactions, both are one batch.
 * Where it has none, what belongs beside it is written first: whoever reads it has to see for itself whether the change
 * has followed. Answers with the results of `operations` alone.
 */
export async function writeBatch(input: {
  context: RecordsContext;
  operations: readonly WriteOperation[];
  changes: readonly PlannedChange[];
}): Promise<WriteResult[]> {
  const { context, operations, changes } = input;
  const { store, beside } = context.parts;
  const { transactions } = store.capabilities;
  // What the store is going to refuse leaves nothing behind.
  if (!transactions && operations.length > 1) return store.write(operations);
  const further: WriteOperation[] = [];
  for (const change of beside ? changes : []) further.push(...((await beside?.(change)) ?? []));
  if (further.length === 0) return store.write(operations);
  if (transactions) {
    return (await store.write([...operations, ...further])).slice(0, operations.length);
  }
  await store.write(further, { atomic: false });
  return store.write(operations);
}
