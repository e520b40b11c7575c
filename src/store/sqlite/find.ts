import { type Condition, isAlways } from '../condition.ts';
import type { CountQuery, FindQuery, OrderBy } from '../port.ts';
import { type Approach, alias, type Compilation, compilation } from './compilation.ts';
import { compileWhere } from './compile-condition.ts';
import { type Column, columnOf, type Table, type Tables, tableFor } from './table.ts';
import { type Shape, type SqlValue, selection, shapeOf } from './values.ts';

/** One statement, ready to be run by whichever connection. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  /** No condition, and a limit or only a count: along an index it is quick, however many rows there are. */
  readonly isUnfiltered?: boolean;
}

/** How a query is to be run: `row` for the few rows of a point read, `set` and timed for the rest. */
export interface Plan {
  readonly tables: Tables;
  readonly approach: Approach;
}

export function shapeFor(table: Table, fields: readonly string[] | undefined): Shape {
  if (!fields) return shapeOf(table.columns);
  const wanted = new Set(fields);
  const own = ['id', 'version'];
  return shapeOf([...wanted].filter(field => !own.includes(field)).map(field => columnOf(table, field)));
}

export function compileFind(query: FindQuery, { tables, approach }: Plan): Statement & { shape: Shape } {
  const table = tableFor(tables, query.model);
  const shape = shapeFor(table, query.fields);
  const to = compilation({ tables, approach, timed: approach === 'set' });
  const name = alias(to);
  const where = compileWhere(query.where, { to, table, name });
  const order = compileOrder(query.order ?? [], table, name);
  let sql = `SELECT ${selection(shape, name)} FROM ${table.sql} ${name} WHERE ${where} ORDER BY ${order}`;
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

export function compileCount(query: CountQuery, { tables, approach }: Plan): Statement {
  const table = tableFor(tables, query.model);
  if (isAlways(query.where)) return { sql: `SELECT COUNT(*) FROM ${table.sql}`, params: [], isUnfiltered: true };
  const to = compilation({ tables, approach, timed: approach === 'set' });
  const name = alias(to);
  const where = compileWhere(query.where, { to, table, name });
  return { sql: `SELECT COUNT(*) FROM ${table.sql} ${name} WHERE ${where}`, params: to.params };
}

const fewIds = 100;

/**
 * Whether a query touches a handful of rows whatever the data: it names one id, a short list of them or one value of
 * a unique field, and whatever else it asks of those rows is looked up from the row.
 */
export function isPointRead(where: Condition, { table, tables }: { table: Table; tables: Tables }): boolean {
  const parts = where.kind === 'all' ? where.of : [where];
  return parts.some(part => namesFew(part, table)) && parts.every(part => isCheap(part, { table, tables }));
}

function namesFew(condition: Condition, table: Table): boolean {
  if (condition.kind === 'compare') {
    return condition.operator === '=' && condition.value !== null && columnOf(table, condition.field).unique;
  }
  if (condition.kind !== 'in' || condition.values.length > fewIds || condition.values.includes(null)) return false;
  return columnOf(table, condition.field).unique;
}

/** Whether it is decided by the row itself and by records that the row names. */
function isCheap(condition: Condition, at: { table: Table; tables: Tables }): boolean {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.every(part => isCheap(part, at));
    case 'not':
      return isCheap(condition.of, at);
    case 'related': {
      const relation = at.table.relations.get(condition.field);
      if (!relation || relation.inverse !== undefined) return false;
      return isCheap(condition.where, { ...at, table: tableFor(at.tables, relation.model) });
    }
    case 'within':
    case 'words':
      return false;
    default:
      return true;
  }
}
