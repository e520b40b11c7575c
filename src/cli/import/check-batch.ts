import { GatehouseError, hasCode } from '../../errors.ts';
import { encodeValue } from '../../model/encode.ts';
import type { Environment, Records } from '../../model/environment.ts';
import type { RegisteredModel } from '../../model/registry.ts';
import { oneOf } from '../../store/condition.ts';
import type { Store } from '../../store/port.ts';
import type { ImportRecord } from './read-records.ts';
import { fieldFaults, type RowFault } from './row-faults.ts';

/** Finds values of unique fields that come twice in the file. It remembers each value, so one serves a whole file. */
export function createDoubleFinder(model: RegisteredModel) {
  const firstRows = new Map<string, Map<unknown, number>>();
  for (const [name, field] of model.fields) if (field.unique) firstRows.set(name, new Map());
  return (record: ImportRecord): RowFault[] => {
    const faults: RowFault[] = [];
    for (const [name, rows] of firstRows) {
      const field = model.fields.get(name);
      const encoded = field && name in record.values ? encodeValue(field, record.values[name]) : undefined;
      if (!encoded || 'expected' in encoded || encoded.value === null) continue;
      const first = rows.get(encoded.value);
      if (first === undefined) rows.set(encoded.value, record.row);
      else
        faults.push({
          row: record.row,
          field: name,
          message: `Row ${first} has the same value, which must be unique.`,
        });
    }
    return faults;
  };
}

/** The records that an earlier import of the same file has stored already. */
export async function storedAlready(input: {
  store: Store;
  model: string;
  records: readonly ImportRecord[];
}): Promise<ReadonlySet<string>> {
  const { store, model, records } = input;
  const where = oneOf(
    'id',
    records.map(({ id }) => id),
  );
  return new Set((await store.find({ model, where, fields: [] })).map(({ id }) => id));
}

/** Everything that would keep these records from being stored, found by a dry run. */
export async function dryRunFaults(input: {
  env: Environment;
  model: string;
  records: readonly ImportRecord[];
}): Promise<RowFault[]> {
  const { env, model, records } = input;
  const target = env.of(model);
  const together = await refusalOf(target, records);
  if (together === undefined) return [];
  const faults = fieldFaults(together);
  if (faults) {
    return faults.map(({ record, field, message, expected }) => ({
      row: records[record]?.row ?? 0,
      field,
      message: `${message} Expected ${expected}.`,
    }));
  }
  if (!hasCode(together, 'RULE_VIOLATED')) throw together;
  // A rule refuses without saying which: one by one.
  const single: RowFault[] = [];
  for (const record of records) {
    const refusal = await refusalOf(target, [record]);
    if (refusal) single.push({ row: record.row, field: '', message: refusal.publicMessage });
  }
  return single;
}

async function refusalOf(target: Records, records: readonly ImportRecord[]): Promise<GatehouseError | undefined> {
  try {
    await target.create(
      records.map(({ values }) => values),
      { dryRun: true },
    );
    return undefined;
  } catch (thrown) {
    if (thrown instanceof GatehouseError && thrown.audience === 'caller') return thrown;
    throw thrown;
  }
}
