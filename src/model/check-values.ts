import type { StoredValue } from '../store/port.ts';
import { encodeValue } from './encode.ts';
import { type FieldFault, unknownField } from './field-faults.ts';
import { holdsMask } from './mask.ts';
import type { RecordsContext } from './records-context.ts';

/** Values in their stored form, by field. */
export type StoredValues = Readonly<Record<string, StoredValue>>;

/** What a caller sets on one record, as far as it fits, and all that does not. */
export interface CheckedValues {
  readonly set: StoredValues;
  readonly faults: readonly FieldFault[];
}

/**
 * Holds every value against its field: unknown, hidden and readonly ones alike are no fields, the others must fit and
 * may not be missing where they are required. `record` is the number of the record, for messages.
 */
export function checkValues(input: {
  context: RecordsContext;
  values: Readonly<Record<string, unknown>>;
  record: number;
}): CheckedValues {
  const { context, values, record } = input;
  const { access, model } = context;
  const set: Record<string, StoredValue> = {};
  const faults: FieldFault[] = [];
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    const fault = {
      record,
      field: '',
      message: 'It is not a set of values.',
      expected: 'an object of values by field',
    };
    return { set, faults: [fault] };
  }
  for (const [name, value] of Object.entries(values)) {
    const field = model.fields.get(name);
    const allowed = access.fields.get(name);
    if (!field || !allowed?.write) {
      faults.push(unknownField(record, name));
      continue;
    }
    if (allowed.mask && holdsMask(value)) {
      faults.push({
        record,
        field: name,
        message: 'This is how the value is shown to you, masked.',
        expected: unmasked,
      });
      continue;
    }
    const encoded = encodeValue(field, value === undefined ? null : value);
    if ('expected' in encoded) {
      faults.push({ record, field: name, message: 'The value does not fit.', expected: encoded.expected });
    } else if (field.required && isMissing(encoded.value)) {
      faults.push({ record, field: name, message: 'A value is required.', expected: 'a value' });
    } else set[name] = encoded.value;
  }
  return { set, faults };
}

const unmasked = 'a new value; leave the field out to keep the one that is there';

export function isMissing(value: StoredValue | undefined): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}
