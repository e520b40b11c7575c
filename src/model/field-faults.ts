import { type GatehouseError, kernelErrors } from '../errors.ts';

/** One value that does not fit, of one of the records given. */
export interface FieldFault {
  /** Which of the records given, from 0. */
  readonly record: number;
  readonly field: string;
  readonly message: string;
  readonly expected: string;
}

/** The refusal of a field that does not exist and of one that may not be written. */
export function unknownField(record: number, name: string): FieldFault {
  return {
    record,
    field: name.slice(0, 100).toWellFormed(),
    message: 'There is no such field, or you may not set it.',
    expected: 'a field that you may set',
  };
}

/** How one of several records given is called: `records[1]` is the second, as in `data` and everywhere else. */
export function positionOf(record: number): string {
  return `records[${record}]`;
}

export const alreadyUsed = 'The value is already used.';

/**
 * All faults in one error: VALUE_NOT_UNIQUE where nothing but uniqueness is wrong, VALUES_INVALID otherwise, with
 * `data.fields`. The text names every field.
 */
export function valuesRefused(faults: readonly FieldFault[], records: number): GatehouseError {
  const isUniqueness = faults.every(fault => fault.message === alreadyUsed);
  const lines = faults.slice(0, 50).map(({ record, field, message, expected }) => {
    const place = [...(records > 1 ? [positionOf(record)] : []), ...(field === '' ? [] : [field])].join('.');
    return `${place === '' ? '' : `${place}: `}${message} Expected ${expected}.`;
  });
  if (faults.length > lines.length) lines.push(`and ${faults.length - lines.length} more`);
  const error = isUniqueness ? kernelErrors.VALUE_NOT_UNIQUE : kernelErrors.VALUES_INVALID;
  return error({ message: `${error.spec.message} Nothing was stored. ${lines.join(' ')}`, data: { fields: faults } });
}
