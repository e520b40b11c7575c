import { kernelErrors } from '../../errors.ts';
import { wordsOf } from '../condition.ts';
import type { StoredModel, StoredType } from '../port.ts';
import type { Connection } from './connection.ts';
import { derived } from './identifiers.ts';
import { rowsOf } from './statement-cache.ts';
import { type Column, type Table, tableOf } from './table.ts';

/** Counts up where the layout below changes. */
const layout = 2;

const types: Readonly<Record<StoredType, string>> = {
  string: 'TEXT',
  integer: 'INTEGER',
  float: 'REAL',
  boolean: 'INTEGER',
  ids: 'TEXT',
  json: 'TEXT',
};

/**
 * Brings the file in line with the models: tables, columns, indexes, the word index. Rows are kept, and so are columns
 * that no model declares any more. Costs one look where nothing has changed. CONFIG_INVALID where a field is stored
 * as another type; VALUE_NOT_UNIQUE where rows share a value of a field that is now unique.
 */
export function ensureSchema(connection: Connection, models: readonly StoredModel[]): void {
  const changed = models.filter(model => recorded(connection, `model:${model.name}`) !== fingerprint(model));
  const { db } = connection;
  if (changed.length === 0 && hasOwnTables(connection)) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(`CREATE TABLE IF NOT EXISTS "$meta" ("key" TEXT PRIMARY KEY, "value" TEXT NOT NULL) STRICT, WITHOUT ROWID`);
    db.exec('CREATE TABLE IF NOT EXISTS "$sequence" ("name" TEXT PRIMARY KEY, "value" INTEGER NOT NULL) STRICT');
    for (const model of changed) {
      const table = tableOf(model);
      ensureColumns(connection, table);
      ensureLists(connection, table);
      ensureIndexes(connection, table);
      ensureWords(connection, table);
      record(connection, `model:${model.name}`, fingerprint(model));
    }
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function fingerprint(model: StoredModel): string {
  return JSON.stringify({ layout, model });
}

function hasOwnTables({ db }: Connection): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = '$sequence'`).get() !== undefined;
}

function recorded(connection: Connection, key: string): string | undefined {
  if (!hasOwnTables(connection)) return undefined;
  const value = connection.db.prepare('SELECT "value" FROM "$meta" WHERE "key" = ?').get(key)?.value;
  return typeof value === 'string' ? value : undefined;
}

function record({ db }: Connection, key: string, value: string): void {
  db.prepare('INSERT OR REPLACE INTO "$meta" VALUES (?, ?)').run(key, value);
}

function ensureColumns({ db }: Connection, table: Table): void {
  db.exec(
    `CREATE TABLE IF NOT EXISTS ${table.sql} ("$row" INTEGER PRIMARY KEY, "id" TEXT NOT NULL UNIQUE, "version" INTEGER NOT NULL) STRICT`,
  );
  const present = new Map(
    db
      .prepare(`SELECT name, type FROM pragma_table_info(?)`)
      .all(table.model.name)
      .map(({ name, type }) => [`"${name}"`, String(type)]),
  );
  for (const column of table.columns) {
    const type = types[column.type];
    const there = present.get(column.sql);
    if (there === undefined) db.exec(`ALTER TABLE ${table.sql} ADD COLUMN ${column.sql} ${type}`);
    else if (there !== type) throw typeChanged(table, column, there);
    if (column.folded && !present.has(column.folded)) {
      db.exec(`ALTER TABLE ${table.sql} ADD COLUMN ${column.folded} TEXT`);
      db.exec(
        `UPDATE ${table.sql} SET ${column.folded} = folded_beside(${column.sql}) WHERE ${column.sql} IS NOT NULL`,
      );
    }
  }
}

function typeChanged(table: Table, { field, type }: Column, there: string) {
  return kernelErrors.CONFIG_INVALID({
    message: `The field ${field} of ${table.model.name} is declared as ${type}, but the database holds it as ${there}. Give the field another name.`,
  });
}

function ensureLists({ db }: Connection, { model, columns }: Table): void {
  for (const { field, list } of columns) {
    if (!list) continue;
    db.exec(
      `CREATE TABLE IF NOT EXISTS ${list} ("row" INTEGER NOT NULL, "ref" TEXT NOT NULL, PRIMARY KEY ("row", "ref")) STRICT, WITHOUT ROWID`,
    );
    db.exec(`CREATE INDEX IF NOT EXISTS ${derived(model.name, 'refs', field)} ON ${list} ("ref", "row")`);
  }
}

function ensureIndexes({ db }: Connection, table: Table): void {
  const wanted = wantedIndexes(table);
  const present = db
    .prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL`)
    .all(table.model.name);
  for (const { name, sql } of present) {
    if (wanted.get(`"${name}"`) === sql) wanted.delete(`"${name}"`);
    else db.exec(`DROP INDEX "${name}"`);
  }
  for (const sql of wanted.values()) db.exec(sql);
}

/** Statements by quoted name. The id at the end makes ties come in order. */
function wantedIndexes({ model, sql, columns, byField }: Table): Map<string, string> {
  const wanted = new Map<string, string>();
  const add = (kind: string, fields: readonly string[], parts: string) => {
    const name = derived(model.name, kind, fields.join(','));
    const unique = kind === 'unique' ? 'UNIQUE ' : '';
    wanted.set(name, `CREATE ${unique}INDEX ${name} ON ${sql} (${parts})`);
  };
  const indexed = (fields: readonly string[]) => {
    const parts = fields.map(field => byField.get(field));
    if (parts.some(column => column === undefined || column.type === 'ids' || column.type === 'json')) {
      throw new TypeError(`The model ${model.name} cannot have an index on ${fields.join(', ')}.`);
    }
    add('index', fields, [...parts.map(column => column?.sql), ...(fields.includes('id') ? [] : ['"id"'])].join(', '));
  };
  for (const column of columns) {
    // SQLite lets any number of rows be without a value of a unique column.
    if (column.unique) add('unique', [column.field], column.sql);
    else if (isIndexed(model, column)) indexed([column.field]);
  }
  for (const fields of model.indexes) indexed(fields);
  return wanted;
}

/** The ids of a list are in a table of their own, with an index always. */
function isIndexed(model: StoredModel, column: Column): boolean {
  return !column.list && model.fields.some(field => field.name === column.field && field.index);
}

/** Made anew from the rows when other fields are searchable than before. */
function ensureWords(connection: Connection, { model, sql, columns, words }: Table): void {
  const { db } = connection;
  const searchable = columns.filter(column => column.word);
  const wanted = JSON.stringify({ layout, fields: searchable.map(column => column.field) });
  const key = `words:${model.name}`;
  if (recorded(connection, key) === wanted) return;
  db.exec(`DROP TABLE IF EXISTS ${derived(model.name, 'words')}`);
  record(connection, key, wanted);
  if (!words) return;
  const names = searchable.map(column => column.word).join(', ');
  // The tokens come from wordsOf, so the index keeps no text and the tokenizer only splits at spaces.
  db.exec(`CREATE VIRTUAL TABLE ${words} USING fts5(${names}, content='', contentless_delete=1, tokenize='ascii')`);
  const insert = db.prepare(`INSERT INTO ${words} (rowid, ${names}) VALUES (?${', ?'.repeat(searchable.length)})`);
  const select = connection.prepare(
    `SELECT "$row", ${searchable.map(column => column.sql).join(', ')} FROM ${sql} WHERE "$row" > ? ORDER BY "$row" LIMIT 1000`,
  );
  for (let last = 0; ; ) {
    const rows = rowsOf(select, [last]);
    for (const [row, ...texts] of rows) {
      last = Number(row);
      insert.run(last, ...texts.map(text => (text === null ? null : wordsOf(String(text)).join(' '))));
    }
    if (rows.length === 0) return;
  }
}
