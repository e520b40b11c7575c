import { kernelErrors } from '../../errors.ts';
import { isStorableText } from '../check-storable.ts';
import type { Scalar } from '../condition.ts';

/** The value, made sure that it is one: an object here would be read as operators. Throws VALUE_NOT_STORABLE. */
export function checkedScalar<T extends Scalar>(value: T): T {
  if (typeof value === 'object' && value !== null) throw new TypeError('a condition compares with scalars only');
  if (typeof value === 'string' && !isStorableText(value)) throw kernelErrors.VALUE_NOT_STORABLE();
  return value;
}
