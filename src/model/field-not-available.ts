import { type GatehouseError, kernelErrors } from '../errors.ts';

/**
 * The one refusal for a field that does not exist and for one that the caller may not use: same code, text and shape.
 * `path` is the field as the caller named it, `at` its place, such as `domain[0][0]`.
 */
export function fieldNotAvailable(input: { model: string; path: string; at: string }): GatehouseError {
  const path = input.path.slice(0, 100).toWellFormed();
  return kernelErrors.FIELD_NOT_AVAILABLE({
    message: `There is no field "${path}" in ${input.model}, or you may not use it (${input.at}).`,
    data: { model: input.model, field: path, at: input.at },
  });
}

/** The same for several fields of one call, so that a caller can mend all of them at once. */
export function fieldsNotAvailable(refusals: readonly GatehouseError[]): GatehouseError {
  const [first] = refusals;
  if (first && refusals.length === 1) return first;
  return kernelErrors.FIELD_NOT_AVAILABLE({
    message: refusals.map(({ publicMessage }) => publicMessage).join(' '),
    data: { fields: refusals.map(({ data }) => data) },
  });
}
