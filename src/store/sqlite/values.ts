import { kernelErrors } from '../../errors.ts';
import type { Json, Row, StoredType, StoredValue } from '../port.ts';
import type { Column } from './table.ts';

/** What is bound and what comes back: nothing else ever reaches SQLite. */
export type SqlValue = string | number | null;

const nul = '\u0000';

/** Whether SQLite keeps this text as it is: no U+0000, no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes(nul);
}

/** VALUE_NOT_STORABLE unless the text can be kept as it is. */
export function storable(text: string, where: string): string {
  if (isStorable(text)) return text;
  throw kernelErrors.VALUE_NOT_STORABLE({
    message: `${kernelErrors.VALUE_NOT_STORABLE.spec.message} It is in ${where}.`,
    data: { field: where },
  });
}

/** The value as it is bound. VALUE_NOT_STORABLE names the field where it does not fit the field's type. */
export function encode(column: Pick<Column, 'field' | 'type'>, value: StoredValue | undefined): SqlValue {
  if (value === null || value === undefined) return null;
  const { field, type } = column;
  switch (type) {
    case 'string':
      return typeof value === 'string' ? storable(value, field) : unfit(field, 'a string');
    case 'integer':
      return Number.isSafeInteger(value) ? Number(value) : unfit(field, 'a whole number within ±9007199254740991');
    case 'float':
      return Number.isFinite(value) ? Number(value) : unfit(field, 'a finite number');
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : unfit(field, 'true or false');
    case 'ids':
      return encodeIds(field, value);
    case 'json':
      return encodeJson(field, value);
  }
}

function unfit(field: string, expected: string): never {
  throw kernelErrors.VALUE_NOT_STORABLE({ message: `The value of ${field} is not ${expected}.`, data: { field } });
}

function encodeIds(field: string, value: StoredValue): string | null {
  if (!Array.isArray(value)) return unfit(field, 'a list of ids');
  for (const id of value) {
    if (typeof id !== 'string') return unfit(field, 'a list of ids');
    storable(id, field);
  }
  return value.length === 0 ? null : JSON.stringify(value);
}

function encodeJson(field: string, value: StoredValue): string {
  const text = JSON.stringify(value);
  if (text === undefined) return unfit(field, 'a JSON value');
  // JSON.stringify escapes exactly what cannot be stored, and control characters.
  if (text.includes('\\u')) checkJson(field, JSON.parse(text));
  return text;
}

function checkJson(field: string, value: Json): void {
  if (typeof value === 'string') storable(value, field);
  else if (Array.isArray(value)) for (const part of value) checkJson(field, part);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      storable(key, field);
      checkJson(field, part);
    }
  }
}

/** A value as it came from SQLite, as the port has it. */
export function decode(type: StoredType, value: SqlValue): StoredValue {
  switch (type) {
    case 'boolean':
      return value === null ? null : value === 1;
    case 'ids':
      return value === null ? [] : JSON.parse(String(value));
    case 'json':
      return value === null ? null : JSON.parse(String(value));
    default:
      return value;
  }
}

/** What is selected for a row, and how a row is made of it. */
export interface Shape {
  readonly columns: readonly Column[];
  decode(values: readonly SqlValue[]): Row;
}

/** `id` and `version`, then these columns. */
export function shapeOf(columns: readonly Column[]): Shape {
  return {
    columns,
    decode(values) {
      const row: Record<string, StoredValue> & { id: string; version: number } = {
        id: String(values[0]),
        version: Number(values[1]),
      };
      let position = 2;
      for (const { field, type } of columns) row[field] = decode(type, values[position++] ?? null);
      return row;
    },
  };
}

/** The columns of a shape as SQL, of the table with this alias. */
export function selection(shape: Shape, alias: string): string {
  return ['"id"', '"version"', ...shape.columns.map(column => column.sql)].map(name => `${alias}.${name}`).join(', ');
}
