import type { Table, Tables } from './table.ts';
import type { SqlValue } from './values.ts';

/** How conditions on other tables are put: as a set found first, or looked up for each row (for few rows). */
export type Approach = 'set' | 'row';

/** One statement while it is being put together. */
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

/** A table in a statement, and the alias it goes by there. */
export interface Place {
  readonly to: Compilation;
  readonly table: Table;
  readonly name: string;
}

export function compilation(parts: { tables: Tables; approach: Approach; timed: boolean }): Compilation {
  return { ...parts, params: [], aliases: 0 };
}

/** A fresh alias. */
export function alias(to: Compilation): string {
  return `t${to.aliases++}`;
}

/**
 * The condition of a sub-query that is the same for every row, made such that it is asked only when it is its turn (see
 * `compile-condition.ts`). `row`: what its own rows are numbered by, which is never 0.
 */
export function inTurn(text: string, row: string): string {
  return `${text} AND (SELECT ${row})`;
}

/** The placeholder of a value. The text has to hold the placeholders in the order in which they were made. */
export function bind(to: Compilation, value: SqlValue): string {
  to.params.push(value);
  return '?';
}

/** A list of any length as one bound value. */
export function listed(to: Compilation, values: readonly SqlValue[]): string {
  return `(SELECT value FROM json_each(${bind(to, JSON.stringify(values))}))`;
}

/** Halved again and again, because SQLite limits the depth of an expression to 1,000. */
export function joined(parts: readonly string[], operator: 'AND' | 'OR'): string {
  if (parts.length === 0) return operator === 'AND' ? '1' : '0';
  if (parts.length === 1) return parts[0] ?? '';
  const middle = parts.length >> 1;
  return `(${joined(parts.slice(0, middle), operator)} ${operator} ${joined(parts.slice(middle), operator)})`;
}
