import { LRUCache } from 'lru-cache';
import type { StoredField, StoredModel, StoredType } from '../port.ts';
import { derived, identifier } from './identifiers.ts';
import type { Shape } from './values.ts';

/*
 * How a model lies in the file:
 *
 *   "crm.partner"            $row | id | version | a column a field … | name$folded, where it differs …
 *   "crm.partner$list$tags"  row, ref       one entry for each id of a field that holds ids
 *   "crm.partner$words"      FTS5 over the searchable fields, rowid = $row
 */

export interface Column {
  readonly model: string;
  readonly field: string;
  readonly type: StoredType;
  /** Quoted. */
  readonly sql: string;
  /** At most one row has a given value. */
  readonly unique: boolean;
  /** Quoted name of the column for the folded text, if there is one; it is NULL where the text is folded already. */
  readonly folded: string | undefined;
  /** Quoted name of the table with the single ids, for `ids`. */
  readonly list: string | undefined;
  /**
   * Quoted name of its column in the word index, if it has one. Made of the field's name, so that a statement made for
   * other searchable fields fails rather than looks in another column.
   */
  readonly word: string | undefined;
}

export interface Table {
  readonly model: StoredModel;
  /** Quoted. */
  readonly sql: string;
  /** The stored fields in declared order, without `id` and `version`. */
  readonly columns: readonly Column[];
  /** Every column by field, `id` and `version` too. */
  readonly byField: ReadonlyMap<string, Column>;
  readonly relations: ReadonlyMap<string, NonNullable<StoredField['relation']>>;
  /** Quoted name of the word index; undefined: nothing is searchable. */
  readonly words: string | undefined;
  /** Selections made before, by the names of their fields: the same few come again and again. */
  readonly shapes: LRUCache<string, Shape>;
}

const maxShapes = 200;

/** The tables of the models that were opened, by model name. */
export type Tables = ReadonlyMap<string, Table>;

/** Whether the field lies in this model's table; a one2many does not. */
function isStored(field: StoredField): boolean {
  return field.relation?.inverse === undefined;
}

export function tableOf(model: StoredModel): Table {
  const stored = model.fields.filter(isStored);
  refuseTwins(model);
  const columns = stored.map(
    (field): Column => ({
      model: model.name,
      field: field.name,
      type: field.type,
      sql: identifier(field.name),
      unique: field.unique,
      folded: field.folded ? derived(field.name, 'folded') : undefined,
      list: field.type === 'ids' ? derived(model.name, 'list', field.name) : undefined,
      word: field.searchable ? derived('w', field.name) : undefined,
    }),
  );
  const own = [ownColumn(model, 'id', 'string'), ownColumn(model, 'version', 'integer')];
  return {
    model,
    sql: identifier(model.name),
    columns,
    byField: new Map([...own, ...columns].map(column => [column.field, column])),
    relations: new Map(model.fields.flatMap(field => (field.relation ? [[field.name, field.relation]] : []))),
    words: columns.some(column => column.word) ? derived(model.name, 'words') : undefined,
    shapes: new LRUCache({ max: maxShapes }),
  };
}

function ownColumn(model: StoredModel, field: 'id' | 'version', type: StoredType): Column {
  const nothing = { folded: undefined, list: undefined, word: undefined };
  return { model: model.name, field, type, sql: `"${field}"`, unique: field === 'id', ...nothing };
}

/** SQLite ignores case in names, so two names that differ in case alone would be one column. */
function refuseTwins(model: StoredModel): void {
  const seen = new Set(['id', 'version']);
  for (const { name } of model.fields) {
    identifier(name);
    const plain = name.toLowerCase();
    if (seen.has(plain)) throw new TypeError(`The model ${model.name} has two fields named ${plain}.`);
    seen.add(plain);
  }
}

/** The column of a field; naming another one is a programming error. */
export function columnOf(table: Table, field: string): Column {
  const column = table.byField.get(field);
  if (!column) throw new TypeError(`The model ${table.model.name} stores no field ${field}.`);
  return column;
}

/** The table of a model; naming another one is a programming error. */
export function tableFor(tables: Tables, model: string): Table {
  const table = tables.get(model);
  if (!table) throw new TypeError(`The model ${model} was not opened.`);
  return table;
}
