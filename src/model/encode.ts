import { isStorableText } from '../store/check-storable.ts';
import type { Json, StoredValue } from '../store/port.ts';
import type { Field } from './field.ts';
import { toSmallestUnit } from './money.ts';
import { plainIdIn } from './public-id.ts';
import { parseDate, parseDatetime } from './time.ts';

/** A value in the form in which it is stored, or what was expected instead. */
export type Encoded = { readonly value: StoredValue } | { readonly expected: string };

/** Ids that one many2many value may hold. */
const maxIds = 1000;
/** Nesting and characters of a json value. */
const maxJsonDepth = 32;
const maxJsonLength = 100_000;

/**
 * Checks a value that is to be stored against its field and brings it into the stored form. null means no value (of a
 * boolean: false; of a many2many: none), and so does an empty text. Whether a record that it refers to exists is not
 * checked.
 */
export function encodeValue(field: Field, value: unknown): Encoded {
  const encoded = encodeOperand(field, value);
  const format = field.kind === 'char' || field.kind === 'text' ? field.format : undefined;
  if (!format || 'expected' in encoded || typeof encoded.value !== 'string') return encoded;
  return format.matches(encoded.value) ? encoded : expected(format.expected);
}

/** As `encodeValue`, for a value that stored ones are compared with: their format is not asked of it. */
export function encodeOperand(field: Field, value: unknown): Encoded {
  if (value === null) return { value: field.kind === 'boolean' ? false : field.kind === 'many2many' ? [] : null };
  switch (field.kind) {
    case 'char':
    case 'text':
      return encodeText(value, field.maxLength ?? (field.kind === 'char' ? 255 : 100_000));
    case 'integer':
      return Number.isSafeInteger(value) ? { value: plainZero(value as number) } : expected('a whole number');
    case 'float':
      return Number.isFinite(value) ? { value: plainZero(value as number) } : expected('a number');
    case 'monetary':
      return encodeMoney(field, value);
    case 'boolean':
      return typeof value === 'boolean' ? { value } : expected('true or false');
    case 'date':
      return found(parseDate(value), 'a date, YYYY-MM-DD');
    case 'datetime':
      return found(parseDatetime(value), 'a date and time with offset, such as 2026-01-31T09:30:00Z');
    case 'selection':
      return typeof value === 'string' && Object.hasOwn(field.options, value)
        ? { value }
        : expected(`one of ${Object.keys(field.options).join(', ')}`);
    case 'many2one':
      return found(plainIdIn(field.to, value), `the id of a record, such as ${field.to}/…`);
    case 'many2many':
      return encodeIds(field.to, value);
    case 'json':
      return isStorableJson(value) ? { value } : expected('a JSON value that can be stored, not too large or deep');
    case 'one2many':
    case 'computed':
      return expected('no value: it is derived from others');
  }
}

function encodeText(value: unknown, maxLength: number): Encoded {
  const wanted = `text of at most ${maxLength} characters`;
  if (typeof value !== 'string' || value.length > maxLength * 2) return expected(wanted);
  if (value.length > maxLength && [...value].length > maxLength) return expected(wanted);
  if (!isStorableText(value)) return expected('text without the character U+0000 or half a surrogate pair');
  return { value: value === '' ? null : value };
}

function encodeMoney(field: Extract<Field, { kind: 'monetary' }>, value: unknown): Encoded {
  return found(
    toSmallestUnit(value, field.decimals),
    `an amount in ${field.currency}, ${field.decimals} decimals at most`,
  );
}

function encodeIds(model: string, value: unknown): Encoded {
  const wanted = `a list of at most ${maxIds} ids, such as ${model}/…`;
  if (!Array.isArray(value) || value.length > maxIds) return expected(wanted);
  const ids = new Set<string>();
  for (const item of value) {
    const id = plainIdIn(model, item);
    if (id === undefined) return expected(wanted);
    ids.add(id);
  }
  return { value: [...ids] };
}

function isStorableJson(value: unknown): value is Json {
  return isPlainJson(value, maxJsonDepth) && JSON.stringify(value).length <= maxJsonLength;
}

function isPlainJson(value: unknown, depth: number): value is Json {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || depth === 0) return false;
  if (Array.isArray(value)) return Array.from(value).every(item => isPlainJson(item, depth - 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  if ('toJSON' in value && typeof value.toJSON === 'function') return false;
  return Object.entries(value).every(
    ([key, item]) => key !== '__proto__' && isStorableText(key) && isPlainJson(item, depth - 1),
  );
}

function plainZero(value: number): number {
  return value === 0 ? 0 : value;
}

function found(value: string | number | undefined, wanted: string): Encoded {
  return value === undefined ? expected(wanted) : { value };
}

function expected(wanted: string): Encoded {
  return { expected: wanted };
}
