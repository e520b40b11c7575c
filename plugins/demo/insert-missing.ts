import { setTimeout as wait } from 'node:timers/promises';
import { always, hasCode, type Row, type Store, type StoredModel, type StoredValue } from '../../src/index.ts';
import { type DemoRow, foundedAt } from './company/row.ts';

/** Rows a batch: small enough that a cut loses little, large enough to be quick. */
const batchSize = 250;

/** Tries without any progress, and ms between two, before a failure is taken for one. */
const patience = 10;
const pause = 100;

/** What a database may say when another process writes the same rows: taken, changed, or a deadlock. */
const contention = ['VALUE_NOT_UNIQUE', 'STORE_CONFLICT', 'STORE_UNAVAILABLE'];

/**
 * Inserts those rows that are not there yet, in batches; tells how many are there after each.
 * Another process that inserts the same rows at the same time is no failure.
 */
export async function insertMissing(input: {
  store: Store;
  model: StoredModel;
  rows: readonly DemoRow[];
  onProgress: (present: number) => void;
}): Promise<void> {
  const { store, model, rows, onProgress } = input;
  let missing = await findMissing(input);
  let fruitless = 0;
  while (missing.length > 0) {
    onProgress(rows.length - missing.length);
    const batch = missing.slice(0, batchSize).map(row => completeRow(model, row));
    try {
      await store.write(
        batch.map(row => ({ kind: 'insert', model: model.name, row })),
        { atomic: false },
      );
      missing = missing.slice(batch.length);
    } catch (thrown) {
      if (!contention.some(code => hasCode(thrown, code)) || fruitless === patience) throw thrown;
      await wait(pause);
      const remaining = await findMissing(input);
      fruitless = remaining.length < missing.length ? 0 : fruitless + 1;
      missing = remaining;
    }
  }
  onProgress(rows.length);
}

async function findMissing(input: { store: Store; model: StoredModel; rows: readonly DemoRow[] }): Promise<DemoRow[]> {
  const present = await input.store.find({ model: input.model.name, where: always, fields: [] });
  const ids = new Set(present.map(row => row.id));
  return input.rows.filter(row => !ids.has(row.id));
}

/** The row with every stored field of its model, as the store wants it. */
function completeRow(model: StoredModel, row: DemoRow): Omit<Row, 'version'> {
  const complete: Record<string, StoredValue> = {
    createdAt: foundedAt,
    createdBy: 'system',
    updatedAt: foundedAt,
    updatedBy: 'system',
    ...row,
  };
  for (const { name, type, relation } of model.fields) {
    if (!relation?.inverse) complete[name] ??= type === 'ids' ? [] : null;
  }
  return { ...complete, id: row.id };
}
