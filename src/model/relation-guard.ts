import { all, always, any, type Condition, isAlways, not, oneOf, type Scalar } from '../store/condition.ts';
import type { AccessLookup } from './field-path.ts';
import type { RegisteredModel, Registry } from './registry.ts';

interface GuardInput {
  readonly condition: Condition;
  readonly model: RegisteredModel;
  readonly registry: Registry;
  readonly access: AccessLookup;
}

type Leaf = Extract<Condition, { kind: 'compare' | 'in' }>;

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
    case 'compare':
      return refersTo({ ...input, condition, values: [condition.value] });
    case 'in':
      return refersTo({ ...input, condition, values: condition.values });
    case 'has': {
      const rule = ruleBehind(input, condition.field);
      if (isAlways(rule)) return condition;
      return all(condition, { kind: 'related', field: condition.field, where: all(oneOf('id', condition.ids), rule) });
    }
    case 'related': {
      const { field, where } = condition;
      const to = target(input, field);
      if (!to) return condition;
      const inside = guardRelations({ ...input, condition: where, model: to });
      return { kind: 'related', field, where: all(ruleOf(input, to.name), inside) };
    }
    case 'within':
      return { ...condition, where: all(condition.where, ruleOf(input, condition.model)) };
    case 'match':
    case 'words':
      return condition;
  }
}

/**
 * A many2one refers to one of these records, and the caller may see it; null: to none that the caller may see. The plain
 * comparison stays beside the rule, for the store's index. Any other field: as it is.
 */
function refersTo(input: GuardInput & { condition: Leaf; values: readonly Scalar[] }): Condition {
  const { condition, values } = input;
  const { field } = condition;
  const rule = ruleBehind(input, field);
  if (isAlways(rule)) return condition;
  const ids = values.filter(value => value !== null);
  const isSeen: Condition = { kind: 'related', field, where: rule };
  if (ids.length === values.length) return all(condition, isSeen);
  return ids.length === 0 ? not(isSeen) : any(all(oneOf(field, ids), isSeen), not(isSeen));
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
