import { compareCodePoints } from './code-points.ts';
import { type ConditionOf, fold, type LeafCondition, type Scalar, wordsOf } from './condition.ts';
import type { Row, StoredValue } from './port.ts';
import { foldPattern, matchesPattern } from './wildcard.ts';

/** Whether the row satisfies the leaf: the meaning that every store has to agree with. */
export function matchesLeaf(leaf: LeafCondition, row: Row): boolean {
  switch (leaf.kind) {
    case 'compare':
      return compares(leaf, row[leaf.field]);
    case 'in':
      return leaf.values.some(value => equalsValue(row[leaf.field], value));
    case 'match': {
      const text = row[leaf.field];
      if (typeof text !== 'string') return false;
      return leaf.fold ? matchesPattern(fold(text), foldPattern(leaf.pattern)) : matchesPattern(text, leaf.pattern);
    }
    case 'has':
      return idsOf(row[leaf.field]).some(id => leaf.ids.includes(id));
    case 'words':
      return hasWords(leaf, row);
  }
}

/** The ids in a field that holds ids; of anything else none. */
export function idsOf(value: StoredValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}

/** Nothing there: null, absent, or a list of no ids. */
function isMissing(value: StoredValue | undefined): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

function equalsValue(value: StoredValue | undefined, wanted: Scalar): boolean {
  return wanted === null ? isMissing(value) : value === wanted;
}

function compares({ operator, value: wanted }: ConditionOf<'compare'>, value: StoredValue | undefined): boolean {
  if (operator === '=') return equalsValue(value, wanted);
  const order = orderOf(value, wanted);
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

/** undefined: values of different kinds, or a missing one, have no order. */
function orderOf(value: StoredValue | undefined, wanted: Scalar): number | undefined {
  if (typeof value === 'string' && typeof wanted === 'string') return compareCodePoints(value, wanted);
  if (typeof value === 'number' && typeof wanted === 'number') return value - wanted;
  if (typeof value === 'boolean' && typeof wanted === 'boolean') return Number(value) - Number(wanted);
  return undefined;
}

function hasWords({ fields, words }: ConditionOf<'words'>, row: Row): boolean {
  if (words.length === 0) return false;
  const present = fields.flatMap(field => {
    const text = row[field];
    return typeof text === 'string' ? wordsOf(text) : [];
  });
  return words.every(word => present.some(candidate => candidate.startsWith(word)));
}
