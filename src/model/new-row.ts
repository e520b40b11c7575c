import { kernelErrors } from '../errors.ts';
import type { Row, StoredValue } from '../store/port.ts';
import { isMissing, type StoredValues } from './check-values.ts';
import { encodeValue } from './encode.ts';
import type { Field } from './field.ts';
import type { FieldFault } from './field-faults.ts';
import type { RecordStamp } from './record-stamp.ts';
import type { RecordsContext } from './records-context.ts';
import { systemFields } from './system-fields.ts';

/** A row to be inserted, and what is missing in it. */
export interface NewRow {
  readonly row: Row;
  readonly faults: readonly FieldFault[];
  /** Required, without a default, and not the caller's to set. */
  readonly isBlocked: boolean;
}

/**
 * A whole row from the values that are set, the defaults, and the system fields. `faulty`: fields that have a fault
 * already, which being missing is not another.
 */
export function newRow(input: {
  context: RecordsContext;
  id: string;
  set: StoredValues;
  record: number;
  stamp: RecordStamp;
  faulty: ReadonlySet<string>;
}): NewRow {
  const { context, id, set, record, stamp, faulty } = input;
  const row: Record<string, StoredValue> = { ...stamp };
  const faults: FieldFault[] = [];
  let isBlocked = false;
  for (const [name, field] of context.model.fields) {
    if (systemFields.has(name) || field.kind === 'one2many' || field.kind === 'computed') continue;
    const value = Object.hasOwn(set, name) ? set[name] : defaultValue({ context, name, field });
    row[name] = value ?? null;
    if (!field.required || !isMissing(value) || faulty.has(name)) continue;
    if (!context.access.fields.get(name)?.write) isBlocked = true;
    else faults.push({ record, field: name, message: 'A value is required.', expected: 'a value' });
  }
  return { row: { ...kept(context, row), id, version: 1 }, faults, isBlocked };
}

/** Documents of others have no room for what their mapping does not name: it is missing from the very beginning. */
function kept({ model }: RecordsContext, row: StoredValues): StoredValues {
  const { mapping } = model.stored;
  if (!mapping) return row;
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, Object.hasOwn(mapping.fields, name) ? value : null]),
  );
}

function defaultValue({ context, name, field }: { context: RecordsContext; name: string; field: Field }): StoredValue {
  const { id, login } = context.parts.principal.user;
  const made = typeof field.default === 'function' ? field.default({ id: id || null, login }) : (field.default ?? null);
  const encoded = encodeValue(field, made);
  if ('value' in encoded) return encoded.value;
  throw kernelErrors.INTERNAL({
    detail: `the default of ${context.model.name}.${name} does not fit: ${encoded.expected}`,
  });
}
