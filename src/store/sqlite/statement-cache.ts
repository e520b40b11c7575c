import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import type { SqlValue } from './values.ts';

/** The prepared statements of one connection, by text. Rows come as arrays. */
export type Prepare = (sql: string) => StatementSync;

/** How much is kept at most: statements, and characters of their text. Longer ones are prepared every time. */
export const cacheLimits = {
  max: 500,
  maxSize: 1_000_000,
  maxEntrySize: 20_000,
  sizeCalculation: (_value: unknown, sql: string) => sql.length,
};

export function statementCache(db: DatabaseSync): Prepare {
  const statements = new LRUCache<string, StatementSync>(cacheLimits);
  return sql => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    statements.set(sql, statement);
    return statement;
  };
}

/** All rows of a statement of `statementCache`. */
export function rowsOf(statement: StatementSync, params: readonly SqlValue[]): SqlValue[][] {
  // With setReturnArrays a row is an array; the types of node:sqlite do not follow it.
  return statement.all(...params) as unknown as SqlValue[][];
}
