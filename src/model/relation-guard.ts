import { all, always, type Condition, equals, isAlways, not, oneOf, type Scalar } from '../store/condition.ts';
import type { AccessLookup } from './field-path.ts';
import type { RegisteredModel, Registry } from './registry.ts';

interface GuardInput {
  readonly condition: Condition;
  readonly model: RegisteredModel;
  readonly registry: Registry;
  readonly access: AccessLookup;
}

/**
 * A caller's condition with the record rules of every model that it looks into: a reference to a record that the
 * caller may not see counts as a missing value. What it returns is for the store; a condition that holds a record rule
 * must not come in here, as rules see everything.
 */
export function guardRelations(input: GuardInput): Condition {
  const { condition } = input;
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { kind: condition.kind, of: condition.of.map(part => guardRelations({ ...input, condition: part })) };
    case 'not':
      return not(guardRelations({ ...input, condition: condition.of }));
    case 'compare': {
      const rule = ruleBehind(input, condition.field);
      return isAlways(rule) ? condition : names({ field: condition.field, values: [condition.value], rule });
    }
    case 'in': {
      const rule = ruleBehind(input, condition.field);
      return isAlways(rule) ? condition : names({ field: condition.field, values: condition.values, rule });
    }
    case 'has': {
      const rule = ruleBehind(input, condition.field);
      return isAlways(rule) ? condition : names({ field: condition.field, values: condition.ids, rule });
    }
    case 'related': {
      const { field, where } = condition;
      const to = target(input, field);
      if (!to) return condition;
      const inside = guardRelations({ ...input, condition: where, model: to });
      return { kind: 'related', field, where: all(inside, ruleOf(input, to.name)) };
    }
    case 'within':
      return { ...condition, where: all(condition.where, ruleOf(input, condition.model)) };
    case 'match':
    case 'words':
      return condition;
  }
}

/** The field refers to one of these records, and the caller may see it; null: to none that the caller may see. */
function names({ field, values, rule }: { field: string; values: readonly Scalar[]; rule: Condition }): Condition {
  const ids = values.filter(value => value !== null);
  const [only] = ids;
  const seen: Condition = {
    kind: 'related',
    field,
    where: all(ids.length === 1 && only !== undefined ? equals('id', only) : oneOf('id', ids), rule),
  };
  if (ids.length === values.length) return seen;
  const none = not({ kind: 'related', field, where: rule });
  return ids.length === 0 ? none : { kind: 'any', of: [seen, none] };
}

function target({ model, registry }: GuardInput, name: string): RegisteredModel | undefined {
  const field = model.fields.get(name);
  return field && 'to' in field ? registry.get(field.to) : undefined;
}

/** The rule of the model that a field refers to; `always` where it refers to none. */
function ruleBehind(input: GuardInput, name: string): Condition {
  const to = target(input, name);
  return to ? ruleOf(input, to.name) : always;
}

function ruleOf({ access }: GuardInput, model: string): Condition {
  const known = access(model);
  // A relation to a model that the caller may not read is not among the caller's fields.
  if (!known) throw new TypeError(`${model} is not known to the caller`);
  return known.rule('read');
}
