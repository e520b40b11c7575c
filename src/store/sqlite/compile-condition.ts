import { kernelErrors } from '../../errors.ts';
import type { Condition, Scalar } from '../condition.ts';
import { afterPrefix, compilePattern, maxPatternBytes } from './compile-pattern.ts';
import { type Column, columnOf, type Table, type Tables, tableFor } from './table.ts';
import { type SqlValue, storable } from './values.ts';

/*
 * SQL knows three truth values, conditions two. Here NULL counts as false: AND, OR and WHERE treat it so by
 * themselves, and `not` says IS NOT TRUE. No leaf needs more.
 */

/** How conditions on other tables are put: as a set found first, or looked up for each row (for few rows). */
export type Approach = 'set' | 'row';

export interface Compilation {
  readonly tables: Tables;
  readonly approach: Approach;
  /** Every table's rows pass `in_time`, which throws past the deadline. */
  readonly timed: boolean;
  /** Bound values in the order of their `?`. */
  readonly params: SqlValue[];
  /** How many aliases were handed out. */
  aliases: number;
}

const maxDepth = 200;
const maxParams = 30_000;

export function compilation(parts: { tables: Tables; approach: Approach; timed: boolean }): Compilation {
  return { ...parts, params: [], aliases: 0 };
}

/** A fresh alias. */
export function alias(to: Compilation): string {
  return `t${to.aliases++}`;
}

/** A WHERE expression for the rows of `table` under `name`. DOMAIN_INVALID where it is too large for SQLite. */
export function compileWhere(to: Compilation, where: Condition, table: Table, name: string): string {
  const text = compile(to, where, { table, name, depth: 0 });
  if (to.params.length > maxParams) throw tooLarge();
  return to.timed ? `in_time(${name}."$row") AND ${text}` : text;
}

interface Place {
  readonly table: Table;
  readonly name: string;
  readonly depth: number;
}

function tooLarge() {
  return kernelErrors.DOMAIN_INVALID({ message: 'The domain is too large.' });
}

function compile(to: Compilation, condition: Condition, at: Place): string {
  if (at.depth > maxDepth) throw tooLarge();
  const deeper = { ...at, depth: at.depth + 1 };
  switch (condition.kind) {
    case 'all':
      return joined(
        condition.of.map(part => compile(to, part, deeper)),
        'AND',
      );
    case 'any':
      return joined(
        condition.of.map(part => compile(to, part, deeper)),
        'OR',
      );
    case 'not':
      return `((${compile(to, condition.of, deeper)}) IS NOT TRUE)`;
    case 'compare':
      return compare(to, condition, at);
    case 'in':
      return isOneOf(to, condition, at);
    case 'match':
      return match(to, condition, at);
    case 'has':
      return has(to, condition, at);
    case 'related':
      return related(to, condition, deeper);
    case 'within':
      return within(to, condition, deeper);
    case 'words':
      return words(to, condition, at);
  }
}

/** Halved again and again, because SQLite limits the depth of an expression to 1,000. */
function joined(parts: readonly string[], operator: 'AND' | 'OR'): string {
  if (parts.length === 0) return operator === 'AND' ? '1' : '0';
  if (parts.length === 1) return parts[0] ?? '';
  const middle = parts.length >> 1;
  return `(${joined(parts.slice(0, middle), operator)} ${operator} ${joined(parts.slice(middle), operator)})`;
}

function bind(to: Compilation, value: SqlValue): string {
  to.params.push(value);
  return '?';
}

/** The value as SQLite compares it, or undefined where no value of the column can be equal, less or greater. */
function comparable(column: Column, value: Scalar): SqlValue | undefined {
  switch (column.type) {
    case 'string':
      return typeof value === 'string' ? storable(value, column) : undefined;
    case 'integer':
    case 'float':
      return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : undefined;
    default:
      return undefined;
  }
}

type Kind<K extends Condition['kind']> = Extract<Condition, { kind: K }>;

function compare(to: Compilation, { field, operator, value }: Kind<'compare'>, at: Place): string {
  const column = columnOf(at.table, field);
  if (value === null) return operator === '=' ? `${at.name}.${column.sql} IS NULL` : '0';
  const operand = comparable(column, value);
  return operand === undefined ? '0' : `${at.name}.${column.sql} ${operator} ${bind(to, operand)}`;
}

/** Longer lists are one bound JSON text. Numbers are always bound, so that none is read from decimals. */
const maxBound = 8;

function isOneOf(to: Compilation, { field, values }: Kind<'in'>, at: Place): string {
  const column = columnOf(at.table, field);
  const sql = `${at.name}.${column.sql}`;
  const operands = values.flatMap(value => comparable(column, value) ?? []);
  const parts: string[] = [];
  if (values.includes(null)) parts.push(`${sql} IS NULL`);
  if (operands.length > maxBound && column.type === 'string') parts.push(`${sql} IN ${listed(to, operands)}`);
  else if (operands.length > 0) parts.push(`${sql} IN (${operands.map(value => bind(to, value)).join(',')})`);
  return joined(parts, 'OR');
}

function listed(to: Compilation, values: readonly SqlValue[]): string {
  return `(SELECT value FROM json_each(${bind(to, JSON.stringify(values))}))`;
}

function match(to: Compilation, { field, pattern, fold }: Kind<'match'>, at: Place): string {
  const column = columnOf(at.table, field);
  if (column.type !== 'string') throw new TypeError(`The field ${field} is not a string.`);
  const name = fold ? column.folded : column.sql;
  if (!name) throw new TypeError(`The field ${field} is not kept folded.`);
  const { glob, prefix } = compilePattern(pattern, fold);
  storable(glob, column);
  if (Buffer.byteLength(glob) > maxPatternBytes) {
    throw kernelErrors.DOMAIN_INVALID({ message: `The pattern for ${field} is too long.` });
  }
  const sql = `${at.name}.${name}`;
  const parts: string[] = [];
  // The range lets an index on the column find the prefix.
  if (prefix) parts.push(`${sql} >= ${bind(to, prefix)}`);
  const end = afterPrefix(prefix);
  if (end !== undefined) parts.push(`${sql} < ${bind(to, end)}`);
  parts.push(`${sql} GLOB ${bind(to, glob)}`);
  return joined(parts, 'AND');
}

function has(to: Compilation, { field, ids }: Kind<'has'>, at: Place): string {
  const column = columnOf(at.table, field);
  if (!column.list) throw new TypeError(`The field ${field} does not hold ids.`);
  const wanted = ids.map(id => storable(id, column));
  return referring(to, { list: column.list, at, refs: () => listed(to, wanted) });
}

/** Rows of which an entry in `list` is among `refs`. */
function referring(to: Compilation, { list, at, refs }: { list: string; at: Place; refs: () => string }): string {
  const name = alias(to);
  return to.approach === 'row'
    ? `EXISTS (SELECT 1 FROM ${list} ${name} WHERE ${name}."row" = ${at.name}."$row" AND ${name}."ref" IN ${refs()})`
    : `${at.name}."$row" IN (SELECT ${name}."row" FROM ${list} ${name} WHERE ${name}."ref" IN ${refs()})`;
}

function related(to: Compilation, { field, where }: Kind<'related'>, at: Place): string {
  const relation = at.table.relations.get(field);
  if (!relation) throw new TypeError(`The field ${field} of ${at.table.model.name} refers to no model.`);
  const table = tableFor(to.tables, relation.model);
  const name = alias(to);
  const inner = () => {
    const text = compile(to, where, { table, name, depth: at.depth });
    return to.timed ? `in_time(${name}."$row") AND ${text}` : text;
  };
  if (relation.inverse !== undefined) {
    const { sql } = columnOf(table, relation.inverse);
    const from = `FROM ${table.sql} ${name} WHERE ${name}.${sql}`;
    return to.approach === 'row'
      ? `EXISTS (SELECT 1 ${from} = ${at.name}."id" AND ${inner()})`
      : `${at.name}."id" IN (SELECT ${name}.${sql} ${from} IS NOT NULL AND ${inner()})`;
  }
  const column = columnOf(at.table, field);
  const ids = () => `(SELECT ${name}."id" FROM ${table.sql} ${name} WHERE ${inner()})`;
  if (column.list && to.approach === 'row') {
    const entry = alias(to);
    const pair = `FROM ${column.list} ${entry} JOIN ${table.sql} ${name} ON ${name}."id" = ${entry}."ref"`;
    return `EXISTS (SELECT 1 ${pair} WHERE ${entry}."row" = ${at.name}."$row" AND ${inner()})`;
  }
  if (column.list) return referring(to, { list: column.list, at, refs: ids });
  return to.approach === 'row'
    ? `EXISTS (SELECT 1 FROM ${table.sql} ${name} WHERE ${name}."id" = ${at.name}.${column.sql} AND ${inner()})`
    : `${at.name}.${column.sql} IN ${ids()}`;
}

function within(to: Compilation, condition: Kind<'within'>, at: Place): string {
  const column = columnOf(at.table, condition.field);
  const table = tableFor(to.tables, condition.model);
  const parent = columnOf(table, condition.parent).sql;
  const [walk, start, node, next] = [alias(to), alias(to), alias(to), alias(to)];
  const there = (name: string) => compileNested(to, condition.where, { table, name, depth: at.depth });
  const roots = `SELECT ${start}."id" FROM ${table.sql} ${start} WHERE ${start}."id" IN ${listed(
    to,
    condition.ids.map(id => storable(id, column)),
  )} AND ${there(start)}`;
  const step =
    condition.direction === 'child'
      ? `FROM ${walk} JOIN ${table.sql} ${next} ON ${next}.${parent} = ${walk}."id"`
      : `FROM ${walk} JOIN ${table.sql} ${node} ON ${node}."id" = ${walk}."id" JOIN ${table.sql} ${next} ON ${next}."id" = ${node}.${parent}`;
  // UNION, not UNION ALL: a record that was met before is not walked again, so cycles end.
  return `${at.name}.${column.sql} IN (WITH RECURSIVE ${walk}("id") AS (${roots} UNION SELECT ${next}."id" ${step} WHERE ${there(next)}) SELECT "id" FROM ${walk})`;
}

function compileNested(to: Compilation, where: Condition, at: Place): string {
  const text = compile(to, where, at);
  return to.timed ? `in_time(${at.name}."$row") AND ${text}` : text;
}

function words(to: Compilation, { fields, words: wanted }: Kind<'words'>, at: Place): string {
  if (wanted.length === 0 || fields.length === 0) return '0';
  const positions = fields.map(field => columnOf(at.table, field).word);
  if (!at.table.words || positions.includes(-1)) throw new TypeError(`Not all of these are searchable: ${fields}.`);
  const terms = wanted.map(
    word => `"${storable(word, { model: at.table.model.name, field: fields.join(', ') }).replaceAll('"', '""')}" *`,
  );
  const query = `{${positions.map(position => `w${position}`).join(' ')}} : (${terms.join(' AND ')})`;
  const timed = to.timed ? ' AND in_time(rowid)' : '';
  return `${at.name}."$row" IN (SELECT rowid FROM ${at.table.words} WHERE ${at.table.words} MATCH ${bind(to, query)}${timed})`;
}
