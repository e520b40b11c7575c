import type { Condition } from '../condition.ts';
import { columnOf, type Table, type Tables, tableFor } from './table.ts';

interface Place {
  readonly table: Table;
  readonly tables: Tables;
}

const fewIds = 100;

/**
 * Whether a query touches a handful of rows whatever the data: it names one id, a short list of them or one value of
 * a unique field, and whatever else it asks of those rows is looked up from the row.
 */
export function isPointRead(where: Condition, at: Place): boolean {
  const parts = partsOf(where);
  return parts.some(part => namesFew(part, at.table)) && parts.every(part => isCheap(part, at));
}

/** Look-ups that the main thread does itself: about a millisecond. */
const maxLookUps = 2_000;

/** Ids that one list of a row may hold. */
const longestList = 1_000;

/**
 * Whether a point read is over at once whatever its condition and the data are. What callers ask of the few rows that
 * they name may be a hundred patterns in long texts; that is for the threads, where there is a time limit.
 */
export function isShort(where: Condition, at: Place): boolean {
  const parts = partsOf(where);
  const [naming, ...others] = parts.filter(part => namesFew(part, at.table)).sort((a, b) => named(a) - named(b));
  if (!naming) return false;
  const rest = [...others, ...parts.filter(part => !namesFew(part, at.table))];
  return named(naming) * rest.reduce((sum, part) => sum + lookUps(part, at), 1) <= maxLookUps;
}

function partsOf(where: Condition): readonly Condition[] {
  return where.kind === 'all' ? where.of : [where];
}

function namesFew(condition: Condition, table: Table): boolean {
  if (condition.kind === 'compare') {
    return condition.operator === '=' && condition.value !== null && columnOf(table, condition.field).unique;
  }
  if (condition.kind !== 'in' || condition.values.length > fewIds || condition.values.includes(null)) return false;
  return columnOf(table, condition.field).unique;
}

/** Rows that a condition names at most. */
function named(condition: Condition): number {
  return condition.kind === 'in' ? condition.values.length : 1;
}

/** Whether it is decided by the row itself and by records that the row names. */
function isCheap(condition: Condition, at: Place): boolean {
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

/** Look-ups for one row at most; those of a pattern grow with the text, which may be of any length. */
function lookUps(condition: Condition, at: Place): number {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.reduce((sum, part) => sum + lookUps(part, at), 0);
    case 'not':
      return lookUps(condition.of, at);
    case 'compare':
      return 1;
    case 'in':
      return condition.values.length;
    case 'has':
      return longestList + condition.ids.length;
    case 'related': {
      const relation = at.table.relations.get(condition.field);
      if (!relation) return Number.POSITIVE_INFINITY;
      const records = columnOf(at.table, condition.field).list === undefined ? 1 : longestList;
      return records * (1 + lookUps(condition.where, { ...at, table: tableFor(at.tables, relation.model) }));
    }
    default:
      return Number.POSITIVE_INFINITY;
  }
}
