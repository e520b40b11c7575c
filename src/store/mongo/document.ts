import { checkStorable, checkVersion, isStorableText } from '../check-storable.ts';
import { fold, wordsOf } from '../condition.ts';
import type { Json, Row, StoredField, StoredValue, WriteOperation } from '../port.ts';
import type { MongoModel, RowDocument } from './database.ts';
import { documentChange, newDocument } from './mapped/write-document.ts';

export type InsertOperation = Extract<WriteOperation, { kind: 'insert' }>;

/** The document of a new row. Throws VALUE_NOT_STORABLE. */
export function encodeRow(model: MongoModel, { row, version }: Pick<InsertOperation, 'row' | 'version'>): RowDocument {
  if (typeof row.id !== 'string' || !isStorableText(row.id)) throw new TypeError(`a row of ${model.name} needs an id`);
  checkStorable({ model: model.definition, values: row });
  const number = checkVersion({ model: model.name, version });
  const { mapped } = model;
  if (mapped) return newDocument({ model: model.name, mapped, row, version: number }) as RowDocument;
  const document: Record<string, unknown> & { _id: string; version: number } = { _id: row.id, version: number };
  const folds: Record<string, string> = {};
  const words: Record<string, string[]> = {};
  for (const field of model.stored) {
    const value = row[field.name];
    const kept = encodeValue(field, value);
    if (kept === undefined) continue;
    document[field.name] = kept;
    if (typeof value !== 'string') continue;
    if (field.folded) folds[field.name] = fold(value);
    if (field.searchable) words[field.name] = wordsOf(value);
  }
  if (Object.keys(folds).length > 0) document._fold = folds;
  if (Object.keys(words).length > 0) document._words = words;
  return document;
}

/** The update that sets and adds these values and counts the version up. Throws VALUE_NOT_STORABLE. */
export function encodeChange({
  model,
  set = {},
  add = {},
}: {
  model: MongoModel;
  set?: Readonly<Record<string, StoredValue>> | undefined;
  add?: Readonly<Record<string, number>> | undefined;
}): Record<string, Record<string, unknown>> {
  for (const name of ['id', 'version']) {
    if (name in set || name in add) throw new TypeError(`${model.name}.${name} is kept by the store`);
  }
  const both = Object.keys(add).find(name => name in set);
  if (both) throw new TypeError(`${model.name}.${both} is set and added to at once`);
  checkStorable({ model: model.definition, values: set });
  checkStorable({ model: model.definition, values: add });
  if (model.mapped) {
    if (Object.keys(add).length > 0) throw new TypeError(`${model.name} is mapped: its numbers are set, not added to`);
    return documentChange({ model: model.name, mapped: model.mapped, set });
  }
  const $set: Record<string, unknown> = {};
  const $unset: Record<string, true> = {};
  const put = (path: string, value: unknown): void => {
    if (value === undefined) $unset[path] = true;
    else $set[path] = value;
  };
  for (const field of model.stored) {
    if (!(field.name in set)) continue;
    const value = set[field.name];
    const text = typeof value === 'string' ? value : undefined;
    put(field.name, encodeValue(field, value));
    if (field.folded) put(`_fold.${field.name}`, text === undefined ? undefined : fold(text));
    if (field.searchable) put(`_words.${field.name}`, text === undefined ? undefined : wordsOf(text));
  }
  return {
    ...(Object.keys($set).length > 0 ? { $set } : {}),
    ...(Object.keys($unset).length > 0 ? { $unset } : {}),
    $inc: { ...add, version: 1 },
  };
}

/** undefined: a missing value, which is left out. Documents are kept as JSON text: their keys need no escaping then. */
function encodeValue({ type }: StoredField, value: StoredValue | undefined): unknown {
  if (value === null || value === undefined) return undefined;
  if (type === 'json') return JSON.stringify(value);
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  // Negative zero: the other store has none.
  return value === 0 ? 0 : value;
}

/** The row of a document; with `fields`, only those beside `id` and `version`. */
export function decodeRow(model: MongoModel, document: RowDocument, fields?: readonly string[]): Row {
  const row: Record<string, StoredValue> & { id: string; version: number } = {
    id: document._id,
    version: document.version,
  };
  for (const field of model.stored) {
    if (fields && !fields.includes(field.name)) continue;
    row[field.name] = decodeValue(field, document[field.name]);
  }
  return row;
}

function decodeValue({ type }: StoredField, value: unknown): StoredValue {
  if (type === 'ids') return Array.isArray(value) ? value.map(String) : [];
  if (type === 'json') return typeof value === 'string' ? (JSON.parse(value) as Json) : null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return null;
}
