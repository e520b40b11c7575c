import type { GatehouseError } from '../../errors.ts';
import type { Environment } from '../../model/environment.ts';
import type { RegisteredModel } from '../../model/registry.ts';
import type { Store } from '../../store/port.ts';
import { createDoubleFinder, dryRunFaults, storedAlready } from './check-batch.ts';
import { headingFaults } from './columns.ts';
import { type ImportRecord, type ReadRecordsInput, readRecords } from './read-records.ts';
import { createFaultList, distinctFaults } from './row-faults.ts';

export interface CheckFileInput extends ReadRecordsInput {
  readonly model: RegisteredModel;
  readonly env: Environment;
  readonly store: Store;
  /** Told of the records that are still to be stored, where they should be kept. */
  readonly onRecords?: (records: readonly ImportRecord[]) => void;
}

/** Counts of a file in which every row fits. */
export interface CheckedFile {
  readonly rows: number;
  /** Stored by an earlier import of the same file. */
  readonly stored: number;
}

/** Looks at every row before anything is stored; gives the one error that names all faults, or the counts. */
export async function checkFile(input: CheckFileInput): Promise<CheckedFile | GatehouseError> {
  const { source, model, env, store, onRecords = () => {} } = input;
  const faults = createFaultList();
  if (source.columns) {
    faults.add(headingFaults(model, source.columns).map(fault => ({ row: 1, ...fault })));
    const faultyHeading = faults.error();
    if (faultyHeading) return faultyHeading;
  }
  const doubles = createDoubleFinder(model);
  let rows = 0;
  let stored = 0;
  for await (const batch of readRecords(input)) {
    const existing = await storedAlready({ store, model: model.name, records: batch.records });
    const fresh = batch.records.filter(({ id }) => !existing.has(id));
    const found = [
      ...batch.faults,
      ...batch.records.flatMap(doubles),
      ...(await dryRunFaults({ env, model: model.name, records: fresh })),
    ];
    faults.add(distinctFaults(found));
    onRecords(fresh);
    rows += batch.records.length;
    stored += existing.size;
  }
  return faults.error() ?? { rows, stored };
}
