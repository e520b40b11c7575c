import { isAlways } from '../condition.ts';
import type { CountQuery, FindQuery, OrderBy } from '../port.ts';
import { type Approach, alias, type Compilation, compilation } from './compilation.ts';
import { compileWhere } from './compile-condition.ts';
import { type Column, columnOf, type Table, type Tables, tableFor } from './table.ts';
import { type Shape, type SqlValue, shapeOf } from './values.ts';

/** One statement, ready to be run by whichever connection. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  /** No condition, and a limit or only a count: along an index it is quick, however many rows there are. */
  readonly isUnfiltered?: boolean;
}

/** How a query is to be run: `row` for the few rows of a point read, `set` for the rest. */
export interface Plan {
  readonly tables: Tables;
  readonly approach: Approach;
  /** It has a time limit: all but what the main thread answers itself. */
  readonly timed: boolean;
}

function shapeFor(table: Table, fields: readonly string[] | undefined): Shape {
  const key = fields ? fields.join(' ') : 'all of them';
  const known = table.shapes.get(key);
  if (known) return known;
  const shape = newShape(table, fields);
  table.shapes.set(key, shape);
  return shape;
}

function newShape(table: Table, fields: readonly string[] | undefined): Shape {
  if (!fields) return shapeOf(table.columns);
  const wanted = new Set(fields);
  const own = ['id', 'version'];
  return shapeOf([...wanted].filter(field => !own.includes(field)).map(field => columnOf(table, field)));
}

export function compileFind(query: FindQuery, { tables, approach, timed }: Plan): Statement & { shape: Shape } {
  const table = tableFor(tables, query.model);
  const shape = shapeFor(table, query.fields);
  const to = compilation({ tables, approach, timed });
  const name = alias(to);
  const where = compileWhere(query.where, { to, table, name });
  const order = compileOrder(query.order ?? [], table, name);
  let sql = `SELECT ${shape.sql} FROM ${table.sql} ${name} WHERE ${where} ORDER BY ${order}`;
  if (query.limit !== undefined || query.offset !== undefined) sql += ` ${compilePage(to, query)}`;
  return { sql, params: to.params, shape, isUnfiltered: isAlways(query.where) && query.limit !== undefined };
}

/** SQLite takes a negative limit for none, and so does this where none is named. */
export function compilePage(to: Compilation, { limit, offset = 0 }: Pick<FindQuery, 'limit' | 'offset'>): string {
  for (const number of [limit ?? 0, offset]) {
    if (!Number.isSafeInteger(number) || number < 0) throw new TypeError(`Not a limit or offset: ${number}.`);
  }
  to.params.push(limit ?? -1, offset);
  return 'LIMIT ? OFFSET ?';
}

function compileOrder(order: readonly OrderBy[], table: Table, name: string): string {
  const terms: string[] = [];
  for (const { field, descending } of order) {
    const column = orderable(columnOf(table, field));
    terms.push(`${name}.${column.sql}${descending ? ' DESC' : ''}`);
    if (field === 'id') return terms.join(', ');
  }
  return [...terms, `${name}."id"`].join(', ');
}

/** Lists and documents have no order. */
export function orderable(column: Column): Column {
  if (column.type === 'ids' || column.type === 'json') throw new TypeError(`The field ${column.field} has no order.`);
  return column;
}

export function compileCount(query: CountQuery, { tables, approach, timed }: Plan): Statement {
  const table = tableFor(tables, query.model);
  if (isAlways(query.where)) return { sql: `SELECT COUNT(*) FROM ${table.sql}`, params: [], isUnfiltered: true };
  const to = compilation({ tables, approach, timed });
  const name = alias(to);
  const where = compileWhere(query.where, { to, table, name });
  return { sql: `SELECT COUNT(*) FROM ${table.sql} ${name} WHERE ${where}`, params: to.params };
}
