import { type GatehouseError, hasCode, kernelErrors } from '../errors.ts';
import { all, not, oneOf, type Scalar } from '../store/condition.ts';
import type { CheckedValues } from './check-values.ts';
import { alreadyUsed, type FieldFault, valuesRefused } from './field-faults.ts';
import type { RecordsContext } from './records-context.ts';

const expected = 'a value that no other record has';

/**
 * Values of unique fields that other records have already, or that come twice among those given. The database decides
 * in the end; this look-up lets one answer name everything that is wrong, and lets a dry run know. `isHidden`: one
 * that the caller may not read has such a value, of which nothing may be said.
 */
export async function uniqueFaults(input: {
  context: RecordsContext;
  checked: readonly CheckedValues[];
  /** Plain ids of the records being written, which may keep their values. */
  except: readonly string[];
}): Promise<{ faults: FieldFault[]; isHidden: boolean }> {
  const { context, checked, except } = input;
  const faults: FieldFault[] = [];
  let isHidden = false;
  for (const [name, field] of context.model.fields) {
    if (!field.unique) continue;
    const given = checked.flatMap(({ set }, record) => (isScalar(set[name]) ? [{ record, value: set[name] }] : []));
    if (given.length === 0) continue;
    const taken = await takenValues({ context, name, values: given.map(({ value }) => value), except });
    for (const { record, value } of given) {
      const isUsed = taken.has(value) || except.length > 1;
      taken.add(value);
      if (!isUsed) continue;
      if (context.access.fields.get(name)?.read) faults.push({ record, field: name, message: alreadyUsed, expected });
      else isHidden = true;
    }
  }
  return { faults, isHidden };
}

async function takenValues(input: {
  context: RecordsContext;
  name: string;
  values: readonly Scalar[];
  except: readonly string[];
}): Promise<Set<Scalar>> {
  const { context, name, values, except } = input;
  const rows = await context.parts.store.find({
    model: context.model.name,
    where: all(oneOf(name, values), ...(except.length > 0 ? [not(oneOf('id', except))] : [])),
    fields: [name],
  });
  return new Set(rows.map(row => row[name]).filter(isScalar));
}

/** The database's word on uniqueness as the caller may hear it: it names a field that the caller may read, and no record. */
export function asCallersError(context: RecordsContext, error: unknown): unknown {
  if (!hasCode(error, 'VALUE_NOT_UNIQUE')) return error;
  const name = error.data?.field;
  const isKnown =
    error.data?.model === context.model.name && typeof name === 'string' && context.access.fields.get(name)?.read;
  return isKnown
    ? valuesRefused([{ record: 0, field: name, message: alreadyUsed, expected }], 1)
    : hiddenConflict(error);
}

/** Says that some value is used, and nothing about which. */
export function hiddenConflict(cause?: unknown): GatehouseError {
  return kernelErrors.VALUE_NOT_UNIQUE({ cause });
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
