import type { AggregateQuery, AggregateRow, DateUnit } from '../port.ts';
import { alias, compilation } from './compilation.ts';
import { compileWhere } from './compile-condition.ts';
import { compilePage, orderable, type Plan, type Statement } from './find.ts';
import { columnOf, type Table, tableFor } from './table.ts';
import { decode, type SqlValue } from './values.ts';

/** A statement and how its rows are read. */
export interface Aggregation extends Statement {
  decode(values: readonly SqlValue[]): AggregateRow;
}

export function compileAggregate(query: AggregateQuery, { tables, approach, timed }: Plan): Aggregation {
  const table = tableFor(tables, query.model);
  const to = compilation({ tables, approach, timed });
  const name = alias(to);
  const groups = query.groupBy.map(({ field, unit }) => {
    const column = orderable(columnOf(table, field));
    const sql = `${name}.${column.sql}`;
    if (unit !== undefined && column.type !== 'string') throw new TypeError(`The field ${field} is no date.`);
    return { type: column.type, sql: unit === undefined ? sql : beginningOf(unit, sql) };
  });
  const measures = query.measures.map(measure => compileMeasure(measure, table, name));
  const where = compileWhere(query.where, { to, table, name });
  const selected = [...groups.map(group => group.sql), ...measures];
  const positions = groups.map((_, index) => index + 1).join(', ');
  let sql = `SELECT ${selected.length > 0 ? selected.join(', ') : '1'} FROM ${table.sql} ${name} WHERE ${where}`;
  if (groups.length > 0) sql += ` GROUP BY ${positions} ORDER BY ${positions}`;
  sql += ` ${compilePage(to, query)}`;
  return {
    sql,
    params: to.params,
    decode: values => ({
      keys: groups.map((group, index) => decode(group.type, values[index] ?? null) as AggregateRow['keys'][number]),
      values: values.slice(groups.length, groups.length + measures.length),
    }),
  };
}

function compileMeasure(measure: AggregateQuery['measures'][number], table: Table, name: string): string {
  const { operator, field } = measure;
  if (operator === 'count') return 'COUNT(*)';
  if (field === undefined) throw new TypeError(`The measure ${operator} needs a field.`);
  const column = orderable(columnOf(table, field));
  const sql = `${name}.${column.sql}`;
  const isNumber = column.type === 'integer' || column.type === 'float';
  if (!isNumber && (column.type !== 'string' || operator === 'sum' || operator === 'avg')) {
    throw new TypeError(`The field ${field} has no ${operator}.`);
  }
  // TOTAL adds whole numbers exactly and, unlike SUM, neither overflows nor is missing for no rows.
  return operator === 'sum' ? `TOTAL(${sql})` : `${operator.toUpperCase()}(${sql})`;
}

/** The first day of the unit that an ISO date or time lies in, `YYYY-MM-DD`. */
function beginningOf(unit: DateUnit, sql: string): string {
  switch (unit) {
    case 'day':
      return `SUBSTR(${sql}, 1, 10)`;
    case 'week':
      // The Sunday on or after the day, and back to its Monday.
      return `DATE(SUBSTR(${sql}, 1, 10), 'weekday 0', '-6 days')`;
    case 'month':
      return `SUBSTR(${sql}, 1, 7) || '-01'`;
    case 'quarter':
      return `SUBSTR(${sql}, 1, 5) || PRINTF('%02d', (SUBSTR(${sql}, 6, 2) - 1) / 3 * 3 + 1) || '-01'`;
    case 'year':
      return `SUBSTR(${sql}, 1, 4) || '-01-01'`;
  }
}
