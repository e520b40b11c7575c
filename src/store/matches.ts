import type { Condition, ConditionOf } from './condition.ts';
import { idsOf, matchesLeaf } from './evaluate-leaf.ts';
import type { Row, StoredField, StoredModel } from './port.ts';

/** A model and all its rows. */
export interface Table {
  readonly model: StoredModel;
  readonly rows: readonly Row[];
}

export interface MatchesInput {
  readonly condition: Condition;
  readonly row: Row;
  readonly model: StoredModel;
  /** The rows of a model, the one asked about included. */
  readonly related: (model: string) => Table;
}

/** Whether a row satisfies a condition, over tables in memory: the oracle that the stores are tested against. */
export function matches(input: MatchesInput): boolean {
  const { condition, row, model, related } = input;
  switch (condition.kind) {
    case 'all':
      return condition.of.every(part => matches({ ...input, condition: part }));
    case 'any':
      return condition.of.some(part => matches({ ...input, condition: part }));
    case 'not':
      return !matches({ ...input, condition: condition.of });
    case 'related': {
      const field = relationOf(model, condition.field);
      const there = related(field.relation.model);
      return there.rows.some(
        other =>
          refersTo({ field, row, other }) &&
          matches({ condition: condition.where, row: other, model: there.model, related }),
      );
    }
    case 'within': {
      const value = row[condition.field];
      return typeof value === 'string' && walk({ condition, related }).has(value);
    }
    default:
      return matchesLeaf(condition, row);
  }
}

/** The field's declaration; a field that refers to nothing is a programming error. */
export function relationOf(
  model: StoredModel,
  name: string,
): StoredField & { readonly relation: NonNullable<StoredField['relation']> } {
  const field = model.fields.find(candidate => candidate.name === name);
  if (!field?.relation) throw new TypeError(`${model.name}.${name} is not a relation`);
  return { ...field, relation: field.relation };
}

function refersTo({ field, row, other }: { field: StoredField; row: Row; other: Row }): boolean {
  if (field.relation?.inverse) return other[field.relation.inverse] === row.id;
  const value = row[field.name];
  return value === other.id || idsOf(value).includes(other.id);
}

/** The ids of all records that a `within` reaches, breadth first. */
function walk({
  condition: { ids, model, parent, direction, where },
  related,
}: {
  condition: ConditionOf<'within'>;
  related: (model: string) => Table;
}): ReadonlySet<string> {
  const table = related(model);
  const there = table.rows.filter(row => matches({ condition: where, row, model: table.model, related }));
  const reached = new Set<string>();
  let front = there.filter(row => ids.includes(row.id));
  while (front.length > 0) {
    for (const row of front) reached.add(row.id);
    const last = front;
    front = there.filter(
      row =>
        !reached.has(row.id) &&
        last.some(from => (direction === 'child' ? row[parent] === from.id : from[parent] === row.id)),
    );
  }
  return reached;
}
