import { GatehouseError } from '../../errors.ts';
import type { Environment } from '../../model/environment.ts';
import type { Store } from '../../store/port.ts';
import { cliErrors } from '../errors.ts';
import { storedAlready } from './check-batch.ts';
import { type ImportRecord, type ReadRecordsInput, readRecords } from './read-records.ts';

/** Records that are written at the same time where the database takes one at a time. */
const atOnce = 16;

/** Stores records all or nothing. */
export async function storeTogether(input: {
  env: Environment;
  model: string;
  records: readonly ImportRecord[];
}): Promise<void> {
  await input.env.of(input.model).create(input.records.map(withId));
}

/**
 * Stores the rows of a file in its order, some at a time, leaving out those that are there: cut short at any moment, the
 * next run goes on where this one stopped. `onStored` is told how many rows are stored so far, earlier ones included.
 * Throws IMPORT_CUT_SHORT.
 */
export async function storeStepwise(
  input: ReadRecordsInput & { env: Environment; store: Store; onStored: (rows: number) => void },
): Promise<void> {
  const { env, store, model, onStored } = input;
  const records = env.of(model.name);
  let done = 0;
  try {
    for await (const batch of readRecords(input)) {
      const existing = await storedAlready({ store, model: model.name, records: batch.records });
      const fresh = batch.records.filter(({ id }) => !existing.has(id));
      if (store.capabilities.transactions) await records.create(fresh.map(withId));
      else {
        for (let from = 0; from < fresh.length; from += atOnce) {
          await Promise.all(fresh.slice(from, from + atOnce).map(record => records.create([withId(record)])));
        }
      }
      done += batch.records.length;
      onStored(done);
    }
  } catch (thrown) {
    if (!(thrown instanceof GatehouseError)) throw thrown;
    throw cliErrors.IMPORT_CUT_SHORT({
      message: `The import stopped after ${done} rows, which are stored: ${thrown.publicMessage}`,
      ...(thrown.detail && { detail: thrown.detail }),
      cause: thrown,
    });
  }
}

function withId({ id, values }: ImportRecord): Record<string, unknown> {
  return { ...values, id };
}
