import { wordsOf } from '../condition.ts';
import type { Connection } from './connection.ts';
import { rowsOf } from './statement-cache.ts';
import type { Column, Table } from './table.ts';
import { foldedBeside, type SqlValue, shapeOf } from './values.ts';

/** Writes the rows of one table, with everything that is kept beside them: folded text, lists of ids, words. */
export interface TableWriter {
  readonly table: Table;
  /** Whether an insert is one statement, undone by itself when it fails. */
  readonly isPlain: boolean;
  /** The version, the id, then one value for each column. */
  insert(values: readonly SqlValue[]): void;
  /** Sets columns to SQL expressions; returns the rows as they are then. */
  update(change: Change): SqlValue[][];
  /** Returns how many rows there were. */
  remove(where: Where): number;
}

export interface Where {
  readonly alias: string;
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

export interface Change {
  readonly where: Where;
  readonly set: readonly (readonly [field: string, value: SqlValue])[];
  readonly add: readonly (readonly [field: string, value: number])[];
}

export function tableWriter({ prepare }: Pick<Connection, 'prepare'>, table: Table): TableWriter {
  const { columns, words, sql } = table;
  const folded = columns.flatMap((column, index) => (column.folded ? [{ name: column.folded, index }] : []));
  const lists = columns.flatMap(({ list, field }, index) => (list ? [{ list, field, index }] : []));
  const searchable = columns.flatMap((column, index) => (column.word ? [{ column, index }] : []));
  const names = ['"version"', '"id"', ...columns.map(column => column.sql), ...folded.map(({ name }) => name)];
  const insertRow = `INSERT INTO ${sql} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  const insertWords = `INSERT INTO ${words} (rowid, ${searchable.map(({ column }) => column.word).join(', ')}) VALUES (?${', ?'.repeat(searchable.length)})`;
  const isPlain = lists.length === 0 && searchable.length === 0;
  const returned = `"$row", ${shapeOf(columns).sql}`;

  /** `values`: one for each column, from `offset` on. */
  function addLists(row: number, values: readonly SqlValue[], offset: number): void {
    for (const { list, index } of lists) {
      const ids = values[index + offset];
      if (typeof ids !== 'string') continue;
      prepare(`INSERT OR IGNORE INTO ${list} ("row", "ref") SELECT ?, value FROM json_each(?)`).run(row, ids);
    }
  }

  function addWords(row: number, values: readonly SqlValue[], offset: number): void {
    if (!words) return;
    const tokens = searchable.map(({ index }) => {
      const text = values[index + offset];
      return typeof text === 'string' ? wordsOf(text).join(' ') : null;
    });
    prepare(insertWords).run(row, ...tokens);
  }

  function dropLists(row: number): void {
    for (const { list } of lists) prepare(`DELETE FROM ${list} WHERE "row" = ?`).run(row);
  }

  function dropWords(row: number): void {
    if (words) prepare(`DELETE FROM ${words} WHERE rowid = ?`).run(row);
  }

  return {
    table,
    isPlain,
    insert(values) {
      const params = [...values];
      for (const { index } of folded) params.push(foldedBeside(values[index + 2] ?? null));
      const { lastInsertRowid } = prepare(insertRow).run(...params);
      if (isPlain) return;
      addLists(Number(lastInsertRowid), values, 2);
      addWords(Number(lastInsertRowid), values, 2);
    },
    update({ where, set, add }) {
      const touched = new Set(set.map(([field]) => field));
      const { text, params } = assignments(table, { set, add });
      const update = `UPDATE ${sql} AS ${where.alias} SET ${text} WHERE ${where.sql} RETURNING ${returned}`;
      const rows = rowsOf(prepare(update), [...params, ...where.params]);
      const hasLists = lists.some(({ field }) => touched.has(field));
      const hasWords = searchable.some(({ column }) => touched.has(column.field));
      for (const values of rows) {
        const row = Number(values.shift());
        if (hasLists) {
          dropLists(row);
          addLists(row, values, 2);
        }
        if (hasWords) {
          dropWords(row);
          addWords(row, values, 2);
        }
      }
      return rows;
    },
    remove(where) {
      const text = `DELETE FROM ${sql} AS ${where.alias} WHERE ${where.sql}`;
      if (isPlain) return Number(prepare(text).run(...where.params).changes);
      const rows = rowsOf(prepare(`${text} RETURNING "$row"`), where.params);
      for (const [row] of rows) {
        dropLists(Number(row));
        dropWords(Number(row));
      }
      return rows.length;
    },
  };
}

function assignments(table: Table, { set, add }: Omit<Change, 'where'>): { text: string; params: SqlValue[] } {
  const parts = ['"version" = "version" + 1'];
  const params: SqlValue[] = [];
  const column = (field: string): Column | undefined => table.byField.get(field);
  for (const [field, value] of set) {
    parts.push(`${column(field)?.sql} = ?`);
    params.push(value);
    const beside = column(field)?.folded;
    if (!beside) continue;
    parts.push(`${beside} = ?`);
    params.push(foldedBeside(value));
  }
  for (const [field, value] of add) {
    const name = column(field)?.sql;
    parts.push(`${name} = COALESCE(${name}, 0) + ?`);
    params.push(value);
  }
  return { text: parts.join(', '), params };
}
