import type { Condition, ConditionOf, LeafCondition, Scalar } from '../condition.ts';
import { type MongoModel, pathOf, storedField } from './database.ts';
import { compileMapped } from './mapped/compile-mapped.ts';
import { beginsWith, compilePattern } from './pattern.ts';
import { checkedScalar } from './scalar-value.ts';

export type Filter = Readonly<Record<string, unknown>>;

const everything: Filter = {};
export const nothing: Filter = { _id: { $in: [] } };

const operators = { '<': '$lt', '<=': '$lte', '>': '$gt', '>=': '$gte' } as const;

/** Whether the condition asks about other rows anywhere. */
export function hasRelations(condition: Condition): boolean {
  if (condition.kind === 'all' || condition.kind === 'any') return condition.of.some(hasRelations);
  if (condition.kind === 'not') return hasRelations(condition.of);
  return condition.kind === 'related' || condition.kind === 'within';
}

/**
 * The filter of a condition about the row alone. Every value stands behind an operator that takes it as it is, and
 * every leaf is false, never unknown, where the value is missing, so `$nor` is its plain negation.
 */
export function compileLocal(model: MongoModel, condition: Condition): Filter {
  switch (condition.kind) {
    case 'all':
      return conjunction(condition.of.map(part => compileLocal(model, part)));
    case 'any':
      return disjunction(condition.of.map(part => compileLocal(model, part)));
    case 'not':
      return negation(compileLocal(model, condition.of));
    case 'related':
    case 'within':
      throw new TypeError(`${condition.kind} needs the rows of another model`);
    default:
      return model.mapped ? compileMapped(model.mapped, condition) : compileLeaf(model, condition);
  }
}

function compileLeaf(model: MongoModel, condition: LeafCondition): Filter {
  switch (condition.kind) {
    case 'compare':
      return compileCompare(model, condition);
    case 'in':
      return compileIn({ model, field: condition.field, values: condition.values });
    case 'match':
      return compileMatch(model, condition);
    case 'has':
      return { [pathOf(model, condition.field)]: { $in: condition.ids.map(checkedScalar) } };
    case 'words':
      return compileWords(model, condition);
  }
}

export function conjunction(filters: readonly Filter[]): Filter {
  const [first] = filters;
  if (!first) return everything;
  return filters.length === 1 ? first : { $and: filters };
}

export function disjunction(filters: readonly Filter[]): Filter {
  const [first] = filters;
  if (!first) return nothing;
  return filters.length === 1 ? first : { $or: filters };
}

export function negation(filter: Filter): Filter {
  return { $nor: [filter] };
}

function compileCompare(model: MongoModel, { field, operator, value }: ConditionOf<'compare'>): Filter {
  if (operator === '=') return compileIn({ model, field, values: [value] });
  if (value === null || isList(model, field)) return nothing;
  return { [pathOf(model, field)]: { [operators[operator]]: checkedScalar(value) } };
}

function compileIn({ model, field, values }: { model: MongoModel; field: string; values: readonly Scalar[] }): Filter {
  const path = pathOf(model, field);
  const [first] = values;
  if (isList(model, field)) return values.includes(null) ? { [path]: { $in: [null, []] } } : nothing;
  if (values.length === 1 && first !== undefined) return { [path]: { $eq: checkedScalar(first) } };
  return { [path]: { $in: values.map(checkedScalar) } };
}

function compileMatch(model: MongoModel, { field, pattern, fold }: ConditionOf<'match'>): Filter {
  for (const part of pattern) if (typeof part === 'string') checkedScalar(part);
  if (fold && !storedField(model, field).folded) throw new TypeError(`${model.name}.${field} is not kept without case`);
  const path = fold ? `_fold.${field}` : pathOf(model, field);
  return { [path]: compilePattern({ pattern, folded: fold }) };
}

function compileWords(model: MongoModel, { fields, words }: ConditionOf<'words'>): Filter {
  for (const field of fields) {
    if (!storedField(model, field).searchable) throw new TypeError(`${model.name}.${field} is not searchable`);
  }
  if (words.length === 0) return nothing;
  return conjunction(
    words.map(word =>
      disjunction(fields.map(field => ({ [`_words.${field}`]: { $elemMatch: beginsWith(checkedScalar(word)) } }))),
    ),
  );
}

function isList(model: MongoModel, field: string): boolean {
  return model.fields.get(field)?.type === 'ids';
}
