import { type Condition, type ConditionOf, isAlways, isNever, type Scalar } from '../store/condition.ts';
import { anywhere, printPattern } from './domain-pattern.ts';
import { fromSmallestUnit } from './money.ts';
import { formatPublicId } from './public-id.ts';
import type { RegisteredModel, Registry } from './registry.ts';

interface PrintInput {
  readonly condition: Condition;
  readonly model: RegisteredModel;
  readonly registry: Registry;
}

type Term = readonly [field: string | number, operator: string, value: unknown];
type Token = string | Term;

/** What negates a term inside a path, where `!` cannot stand. */
const negations: Readonly<Record<string, string>> = {
  '=': '!=',
  in: 'not in',
  like: 'not like',
  ilike: 'not ilike',
};

/**
 * A condition in the notation that `parseDomain` reads: parsing what is printed gives a condition that means the same.
 * undefined where the notation has no words for it: text search, and relations that more than one term speaks of.
 */
export function printDomain(input: PrintInput): Token[] | undefined {
  const { condition } = input;
  if (isAlways(condition)) return [];
  if (condition.kind !== 'all') return print(input);
  const parts = condition.of.map(part => print({ ...input, condition: part }));
  return parts.includes(undefined) ? undefined : parts.flatMap(part => part ?? []);
}

function print(input: PrintInput): Token[] | undefined {
  const { condition } = input;
  if (isAlways(condition)) return [[1, '=', 1]];
  if (isNever(condition)) return [[0, '=', 1]];
  switch (condition.kind) {
    case 'all':
      return join(input, '&', condition.of);
    case 'any':
      return join(input, '|', condition.of);
    case 'not': {
      const term = printLeaf(input);
      if (term) return [term];
      const inner = print({ ...input, condition: condition.of });
      return inner ? ['!', ...inner] : undefined;
    }
    default: {
      const term = printLeaf(input);
      return term && [term];
    }
  }
}

function join(input: PrintInput, operator: '&' | '|', of: readonly Condition[]): Token[] | undefined {
  const parts = of.map(part => print({ ...input, condition: part }));
  if (parts.includes(undefined)) return undefined;
  return [...Array.from(of.slice(1), () => operator), ...parts.flatMap(part => part ?? [])];
}

function printLeaf({ condition, model, registry }: PrintInput): Term | undefined {
  switch (condition.kind) {
    case 'compare':
      return [condition.field, condition.operator, outside(model, condition.field, condition.value)];
    case 'in':
      return [condition.field, 'in', condition.values.map(value => outside(model, condition.field, value))];
    case 'match': {
      const whole = printPattern(condition.pattern);
      const isAnywhere = JSON.stringify(anywhere(condition.pattern)) === JSON.stringify(condition.pattern);
      // What stands between the two outer wildcards is what `like` puts them around.
      const inner = condition.pattern.length < 2 ? '' : whole.slice(1, -1);
      const operator = condition.fold ? 'ilike' : 'like';
      return isAnywhere ? [condition.field, operator, inner] : [condition.field, `=${operator}`, whole];
    }
    case 'has':
      return [condition.field, 'in', condition.ids.map(id => publicId(model, condition.field, id))];
    case 'within': {
      if (!isAlways(condition.where)) return undefined;
      const ids = condition.ids.map(id => formatPublicId(condition.model, id));
      return [condition.field, condition.direction === 'child' ? 'child_of' : 'parent_of', ids];
    }
    case 'related':
      return printRelated({ condition, model, registry });
    case 'not':
      return printNegated({ condition, model, registry });
    default:
      return undefined;
  }
}

function printRelated(input: PrintInput & { condition: ConditionOf<'related'> }): Term | undefined {
  const { condition, model, registry } = input;
  const field = model.fields.get(condition.field);
  const to = field && 'to' in field ? registry.get(field.to) : undefined;
  if (!to || isAlways(condition.where)) return undefined;
  const inner = printLeaf({ condition: condition.where, model: to, registry });
  return inner && [`${condition.field}.${inner[0]}`, inner[1], inner[2]];
}

function printNegated(input: PrintInput & { condition: ConditionOf<'not'> }): Term | undefined {
  const { of } = input.condition;
  if (of.kind === 'related' && isAlways(of.where)) return [of.field, '=', false];
  // Negating what is already negated, or what lies beyond a relation, would say something else.
  if (of.kind === 'not' || of.kind === 'related') return undefined;
  const term = printLeaf({ ...input, condition: of });
  const negation = term && negations[term[1]];
  return term && negation ? [term[0], negation, term[2]] : undefined;
}

/** A stored value as it is written in a domain; a missing one is `false`, but of a boolean null. */
function outside(model: RegisteredModel, name: string, value: Scalar): unknown {
  const field = model.fields.get(name);
  if (value === null) return field?.kind === 'boolean' ? null : false;
  if (field?.kind === 'monetary' && typeof value === 'number') return fromSmallestUnit(value, field.decimals);
  if (typeof value === 'string' && (name === 'id' || (field && 'to' in field))) return publicId(model, name, value);
  return value;
}

function publicId(model: RegisteredModel, name: string, id: string): string {
  const field = model.fields.get(name);
  return formatPublicId(field && 'to' in field ? field.to : model.name, id);
}
