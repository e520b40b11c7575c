import { isStorableText, notStorable } from '../check-storable.ts';
import { fold } from '../condition.ts';
import type { Json, Row, StoredType, StoredValue } from '../port.ts';
import type { Column } from './table.ts';

/** What is bound and what comes back: nothing else ever reaches SQLite. */
export type SqlValue = string | number | null;

/** Which field a value is for. */
type Place = Pick<Column, 'model' | 'field'>;

/** VALUE_NOT_STORABLE unless SQLite keeps the text as it is. */
export function storable(text: string, { model, field }: Place): string {
  if (isStorableText(text)) return text;
  throw notStorable({ model, field });
}

/** Text that is its own folded form for sure. */
const plainlyFolded = /^[ -@[-~]*$/;

/** The folded form of a text. It is kept only where it differs from the text: most names and codes have none. */
export function foldedBeside(value: SqlValue): string | null {
  if (typeof value !== 'string' || plainlyFolded.test(value)) return null;
  const folded = fold(value);
  return folded === value ? null : folded;
}

/**
 * The value as it is bound. VALUE_NOT_STORABLE where its text cannot be kept; a value that is not of the field's type
 * is a mistake in the program (TypeError).
 */
export function encode(column: Column, value: StoredValue | undefined): SqlValue {
  const { model, field, type } = column;
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'string':
      if (typeof value === 'string') return storable(value, column);
      break;
    case 'integer':
      if (Number.isSafeInteger(value)) return Number(value);
      break;
    case 'float':
      if (Number.isFinite(value)) return Number(value);
      break;
    case 'boolean':
      if (typeof value === 'boolean') return Number(value);
      break;
    case 'ids':
      if (isListOfIds(value)) return value.length === 0 ? null : JSON.stringify(value.map(id => storable(id, column)));
      break;
    case 'json':
      return encodeJson(column, value);
  }
  throw new TypeError(`The value of ${model}.${field} is not of the type ${type}.`);
}

function isListOfIds(value: StoredValue): value is readonly string[] {
  return Array.isArray(value) && value.every(id => typeof id === 'string');
}

function encodeJson(place: Place, value: Json): string {
  const text = JSON.stringify(value);
  // JSON.stringify escapes all that cannot be stored, and a few control characters.
  if (text.includes('\\u')) checkJson(place, value);
  return text;
}

function checkJson(place: Place, value: Json): void {
  if (typeof value === 'string') storable(value, place);
  else if (Array.isArray(value)) for (const part of value) checkJson(place, part);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      storable(key, place);
      checkJson(place, part);
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
  /** What is selected, where one table is in question. */
  readonly sql: string;
  decode(values: readonly SqlValue[]): Row;
}

/** `id` and `version`, then these columns. */
export function shapeOf(columns: readonly Column[]): Shape {
  return {
    columns,
    sql: ['"id"', '"version"', ...columns.map(column => column.sql)].join(', '),
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
