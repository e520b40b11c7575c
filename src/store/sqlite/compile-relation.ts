import type { ConditionOf } from '../condition.ts';
import { alias, type Compilation, listed, type Place } from './compilation.ts';
import { referring } from './compile-leaf.ts';
import { type Column, columnOf, type Table, tableFor } from './table.ts';
import { storable } from './values.ts';

/** A condition on a table's rows that asks about others; `nested` compiles what it asks of those. */
interface Question<K extends 'related' | 'within'> {
  readonly condition: ConditionOf<K>;
  readonly at: Place;
  readonly nested: (there: Place) => string;
}

export function compileRelated({ condition: { field }, at, nested }: Question<'related'>): string {
  const { to } = at;
  const relation = at.table.relations.get(field);
  if (!relation) throw new TypeError(`The field ${field} of ${at.table.model.name} refers to no model.`);
  const table = tableFor(to.tables, relation.model);
  const there = { to, table, name: alias(to) };
  const inner = () => nested(there);
  if (relation.inverse !== undefined) {
    return throughInverse({ at, there, inverse: columnOf(table, relation.inverse), inner });
  }
  const column = columnOf(at.table, field);
  return column.list === undefined
    ? throughColumn({ at, there, column, inner })
    : throughList({ at, there, list: column.list, inner });
}

interface Step {
  readonly at: Place;
  readonly there: Place;
  readonly inner: () => string;
}

/** A one2many: records over there whose many2one names this one. */
function throughInverse({ at, there, inverse, inner }: Step & { inverse: Column }): string {
  const from = `FROM ${there.table.sql} ${there.name} WHERE ${there.name}.${inverse.sql}`;
  return at.to.approach === 'row'
    ? `+EXISTS (SELECT 1 ${from} = ${at.name}."id" AND ${inner()})`
    : `${at.name}."id" IN (SELECT ${there.name}.${inverse.sql} ${from} IS NOT NULL AND ${inner()})`;
}

/** A many2one. */
function throughColumn({ at, there, column, inner }: Step & { column: Column }): string {
  const from = `FROM ${there.table.sql} ${there.name} WHERE`;
  return at.to.approach === 'row'
    ? `+EXISTS (SELECT 1 ${from} ${there.name}."id" = ${at.name}.${column.sql} AND ${inner()})`
    : `${at.name}.${column.sql} IN (SELECT ${there.name}."id" ${from} ${inner()})`;
}

/** A many2many. */
function throughList({ at, there, list, inner }: Step & { list: string }): string {
  if (at.to.approach === 'set') {
    const refs = () => `(SELECT ${there.name}."id" FROM ${there.table.sql} ${there.name} WHERE ${inner()})`;
    return referring({ list, at, refs });
  }
  const entry = alias(at.to);
  const pair = `FROM ${list} ${entry} JOIN ${there.table.sql} ${there.name} ON ${there.name}."id" = ${entry}."ref"`;
  return `+EXISTS (SELECT 1 ${pair} WHERE ${entry}."row" = ${at.name}."$row" AND ${inner()})`;
}

export function compileWithin({ condition, at, nested }: Question<'within'>): string {
  const { to } = at;
  const column = columnOf(at.table, condition.field);
  const table = tableFor(to.tables, condition.model);
  const [walk, start] = [alias(to), { to, table, name: alias(to) }];
  const ids = condition.ids.map(id => storable(id, column));
  const roots = `SELECT ${start.name}."id" FROM ${table.sql} ${start.name} WHERE ${start.name}."id" IN ${listed(to, ids)} AND ${nested(start)}`;
  const next = { to, table, name: alias(to) };
  const step = `SELECT ${next.name}."id" ${oneStep({ to, condition, table, walk, next: next.name })} WHERE ${nested(next)}`;
  // UNION, not UNION ALL: a record that was met before is not walked again, so cycles end.
  const walked = `WITH RECURSIVE ${walk}("id") AS (${roots} UNION ${step}) SELECT "id" FROM ${walk}`;
  return `${at.name}.${column.sql} IN (${walked})`;
}

/** From the records walked so far to those one step below or above them. */
function oneStep({
  to,
  condition,
  table,
  walk,
  next,
}: {
  to: Compilation;
  condition: ConditionOf<'within'>;
  table: Table;
  walk: string;
  next: string;
}): string {
  const parent = columnOf(table, condition.parent).sql;
  if (condition.direction === 'child') {
    return `FROM ${walk} JOIN ${table.sql} ${next} ON ${next}.${parent} = ${walk}."id"`;
  }
  const node = alias(to);
  const from = `FROM ${walk} JOIN ${table.sql} ${node} ON ${node}."id" = ${walk}."id"`;
  return `${from} JOIN ${table.sql} ${next} ON ${next}."id" = ${node}.${parent}`;
}
