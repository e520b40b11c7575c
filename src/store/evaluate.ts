import { all, type Condition, type ConditionOf, equals, not, oneOf } from './condition.ts';
import { idsOf, matchesLeaf } from './evaluate-leaf.ts';
import { relationOf } from './matches.ts';
import type { Row, StoredModel } from './port.ts';

export { matches, type Table } from './matches.ts';

export interface EvaluateInput {
  readonly condition: Condition;
  /** The row as it would be; the store may hold an older one with its id, or none. */
  readonly row: Row;
  readonly model: StoredModel;
  /** Whether the store holds a row of `model` that satisfies `where`. */
  readonly exists: (model: string, where: Condition) => Promise<boolean>;
}

type Within = ConditionOf<'within'>;

/**
 * Whether a row satisfies a condition, while the store holds everything else. What the row alone decides is decided
 * here; `related` and `within` become questions to the store. Where they come upon the row itself, `row` counts and
 * the store's older one does not; only relations inside the `where` of another record still see the older one.
 */
export async function evaluate(input: EvaluateInput): Promise<boolean> {
  const { condition } = input;
  switch (condition.kind) {
    case 'all':
      for (const part of condition.of) if (!(await evaluate({ ...input, condition: part }))) return false;
      return true;
    case 'any':
      for (const part of condition.of) if (await evaluate({ ...input, condition: part })) return true;
      return false;
    case 'not':
      return !(await evaluate({ ...input, condition: condition.of }));
    case 'related':
      return isRelated(input, condition);
    case 'within':
      return isWithin(input, condition);
    default:
      return matchesLeaf(condition, input.row);
  }
}

async function isRelated(input: EvaluateInput, condition: ConditionOf<'related'>): Promise<boolean> {
  const { row, model, exists } = input;
  const { relation, name } = relationOf(model, condition.field);
  const toItself = relation.model === model.name;
  const others = toItself ? not(equals('id', row.id)) : all();
  const value = row[name];
  const ids = typeof value === 'string' ? [value] : idsOf(value);
  const refersToItself = toItself && (relation.inverse ? row[relation.inverse] === row.id : ids.includes(row.id));
  if (refersToItself && (await evaluate({ ...input, condition: condition.where }))) return true;
  if (relation.inverse) return exists(relation.model, all(equals(relation.inverse, row.id), others, condition.where));
  if (ids.length === 0) return false;
  return exists(relation.model, all(oneOf('id', ids), others, condition.where));
}

async function isWithin(input: EvaluateInput, condition: Within): Promise<boolean> {
  const { row, model, exists } = input;
  const value = row[condition.field];
  if (typeof value !== 'string') return false;
  const isReached = (id: string, walk: Within): Promise<boolean> =>
    exists(walk.model, all(equals('id', id), { ...walk, field: 'id' }));
  if (condition.model !== model.name) return isReached(value, condition);

  const withoutRow = { ...condition, where: all(condition.where, not(equals('id', row.id))) };
  if (value !== row.id && (await isReached(value, withoutRow))) return true;
  if (!(await rowIsReached(input, withoutRow, condition))) return false;
  if (value === row.id) return true;
  if (condition.direction === 'child') {
    // From there up to one that is right below the row: the store may not have the row itself to begin with.
    const upwards: Within = { ...withoutRow, field: 'id', direction: 'parent', ids: [value] };
    return exists(model.name, all(equals(condition.parent, row.id), upwards));
  }
  const above = row[condition.parent];
  return typeof above === 'string' && isReached(value, { ...withoutRow, ids: [above] });
}

/** Whether a walk through the row's own model comes upon the row. */
async function rowIsReached(input: EvaluateInput, withoutRow: Within, condition: Within): Promise<boolean> {
  const { row, model, exists } = input;
  if (!(await evaluate({ ...input, condition: condition.where }))) return false;
  if (condition.ids.includes(row.id)) return true;
  if (condition.direction === 'parent') {
    return exists(model.name, all(equals(condition.parent, row.id), { ...withoutRow, field: 'id' }));
  }
  const above = row[condition.parent];
  return typeof above === 'string' && exists(model.name, all(equals('id', above), { ...withoutRow, field: 'id' }));
}
