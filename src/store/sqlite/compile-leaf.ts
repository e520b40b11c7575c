import { kernelErrors } from '../../errors.ts';
import type { ConditionOf, Scalar } from '../condition.ts';
import { alias, bind, inTurn, joined, listed, type Place } from './compilation.ts';
import { afterPrefix, compilePattern, maxPatternBytes } from './compile-pattern.ts';
import { type Column, columnOf } from './table.ts';
import { type SqlValue, storable } from './values.ts';

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

export function compileCompare({ field, operator, value }: ConditionOf<'compare'>, at: Place): string {
  const column = columnOf(at.table, field);
  if (value === null) return operator === '=' ? `${at.name}.${column.sql} IS NULL` : '0';
  const operand = comparable(column, value);
  return operand === undefined ? '0' : `${at.name}.${column.sql} ${operator} ${bind(at.to, operand)}`;
}

/** Longer lists are one bound JSON text. Numbers are always bound, so that none is read from decimals. */
const maxBound = 8;

export function compileIn({ field, values }: ConditionOf<'in'>, at: Place): string {
  const column = columnOf(at.table, field);
  const sql = `${at.name}.${column.sql}`;
  const operands = values.flatMap(value => comparable(column, value) ?? []);
  const parts: string[] = [];
  if (values.includes(null)) parts.push(`${sql} IS NULL`);
  if (operands.length > maxBound && column.type === 'string') parts.push(`${sql} IN ${listed(at.to, operands)}`);
  else if (operands.length > 0) parts.push(`${sql} IN (${operands.map(value => bind(at.to, value)).join(',')})`);
  return joined(parts, 'OR');
}

/** Bytes of a pattern from which on one comparison with a long text may take milliseconds. */
const longPattern = 32;

export function compileMatch({ field, pattern, fold }: ConditionOf<'match'>, at: Place): string {
  const column = columnOf(at.table, field);
  if (column.type !== 'string') throw new TypeError(`The field ${field} is not a string.`);
  if (fold && !column.folded) throw new TypeError(`The field ${field} is not kept folded.`);
  const { glob, prefix } = compilePattern(pattern, fold);
  storable(glob, column);
  const length = Buffer.byteLength(glob);
  if (length > maxPatternBytes) {
    throw kernelErrors.DOMAIN_INVALID({ message: `The pattern for ${field} is too long.` });
  }
  const text = `${at.name}.${column.sql}`;
  const sql = fold ? `COALESCE(${at.name}.${column.folded}, ${text})` : text;
  const parts: string[] = [];
  // The range lets an index on the column find the prefix.
  if (prefix) parts.push(`${sql} >= ${bind(at.to, prefix)}`);
  const end = afterPrefix(prefix);
  if (end !== undefined) parts.push(`${sql} < ${bind(at.to, end)}`);
  // A comparison cannot be interrupted, and a row may ask for many: between two of them there is a look at the time.
  const timed = at.to.timed && length > longPattern ? `in_time(${at.name}."$row") AND ` : '';
  parts.push(`(SELECT ${timed}${sql} GLOB ${bind(at.to, glob)})`);
  return joined(parts, 'AND');
}

export function compileHas({ field, ids }: ConditionOf<'has'>, at: Place): string {
  const column = columnOf(at.table, field);
  if (!column.list) throw new TypeError(`The field ${field} does not hold ids.`);
  const wanted = ids.map(id => storable(id, column));
  return referring({ list: column.list, at, refs: () => listed(at.to, wanted) });
}

/** Rows of which an entry in `list` is among `refs`. */
export function referring({ list, at, refs }: { list: string; at: Place; refs: () => string }): string {
  const name = alias(at.to);
  const isAmong = () => `${name}."ref" IN ${refs()}`;
  return at.to.approach === 'row'
    ? `+EXISTS (SELECT 1 FROM ${list} ${name} WHERE ${name}."row" = ${at.name}."$row" AND ${isAmong()})`
    : `${at.name}."$row" IN (SELECT ${name}."row" FROM ${list} ${name} WHERE ${inTurn(isAmong(), `${name}."row"`)})`;
}

export function compileWords({ fields, words: wanted }: ConditionOf<'words'>, at: Place): string {
  if (wanted.length === 0 || fields.length === 0) return '0';
  const columns = fields.map(field => columnOf(at.table, field).word);
  if (!at.table.words || columns.includes(undefined))
    throw new TypeError(`Not all of these are searchable: ${fields}.`);
  const terms = wanted.map(
    word => `"${storable(word, { model: at.table.model.name, field: fields.join(', ') }).replaceAll('"', '""')}" *`,
  );
  const query = `{${columns.join(' ')}} : (${terms.join(' AND ')})`;
  const timed = at.to.timed ? ' AND in_time(rowid)' : '';
  const matching = inTurn(`${at.table.words} MATCH ${bind(at.to, query)}${timed}`, 'rowid');
  return `${at.name}."$row" IN (SELECT rowid FROM ${at.table.words} WHERE ${matching})`;
}
