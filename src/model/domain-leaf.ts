import { always, type Condition, compare, equals, not, oneOf, type Scalar } from '../store/condition.ts';
import { type DomainContext, domainError } from './domain-context.ts';
import { anywhere, parsePattern } from './domain-pattern.ts';
import { idList, scalar, scalarList } from './domain-value.ts';
import type { Field } from './field.ts';
import { type FieldPath, resolvePath } from './field-path.ts';

/** The operators of the notation. `not` ones are the negation of the one that they name. */
const operators = {
  '=': { as: '=', negated: false },
  '!=': { as: '=', negated: true },
  '<': { as: '<', negated: false },
  '<=': { as: '<=', negated: false },
  '>': { as: '>', negated: false },
  '>=': { as: '>=', negated: false },
  in: { as: 'in', negated: false },
  'not in': { as: 'in', negated: true },
  like: { as: 'like', negated: false },
  'not like': { as: 'like', negated: true },
  ilike: { as: 'ilike', negated: false },
  'not ilike': { as: 'ilike', negated: true },
  '=like': { as: '=like', negated: false },
  '=ilike': { as: '=ilike', negated: false },
  child_of: { as: 'child_of', negated: false },
  parent_of: { as: 'parent_of', negated: false },
} as const;

type Positive = (typeof operators)[keyof typeof operators]['as'];
type PatternOperator = 'like' | 'ilike' | '=like' | '=ilike';

export const domainOperators: readonly string[] = Object.keys(operators);

interface LeafInput {
  readonly path: string;
  readonly operator: string;
  readonly value: unknown;
  /** Of the term, such as `domain[3]`. */
  readonly place: string;
  readonly context: DomainContext;
}

/** What each kind of leaf is made from. */
interface Leaf {
  readonly end: FieldPath;
  readonly operator: Positive;
  readonly value: unknown;
  readonly place: string;
  readonly context: DomainContext;
}

/** One term, checked and in terms of the store. */
export function parseLeaf({ path, operator, value, place, context }: LeafInput): Condition {
  const { model, registry, access, limits } = context;
  const end = resolvePath({ path, model, registry, access, maxLength: limits.pathLength, at: `${place}[0]` });
  const known = Object.hasOwn(operators, operator) ? operators[operator as keyof typeof operators] : undefined;
  if (!known) throw domainError(`${place}[1]`, `one of ${domainOperators.join(', ')}`);
  const positive = leaf({ end, operator: known.as, value, place, context });
  let condition = known.negated ? not(positive) : positive;
  for (const step of end.through.toReversed()) condition = { kind: 'related', field: step.field, where: condition };
  return condition;
}

function leaf(input: Leaf): Condition {
  const { end, operator, place } = input;
  if (end.field.kind === 'computed') throw domainError(`${place}[0]`, 'a stored field; this one is computed');
  if (operator === 'child_of' || operator === 'parent_of') return hierarchy(input, operator);
  if (operator === 'like' || operator === 'ilike' || operator === '=like' || operator === '=ilike') {
    return pattern(input, operator);
  }
  if ('to' in end.field) return relation(input, end.field);
  if (operator === 'in') return equality(input, scalarList(valueInput(input)));
  if (operator === '=') return equality(input, [scalar({ ...valueInput(input), missing: true })]);
  return comparison(input, operator);
}

function valueInput({ end, value, place, context }: Leaf) {
  return { model: end.model.name, name: end.name, field: end.field, value, at: `${place}[2]`, context };
}

/** `=` and `in`. A boolean that nobody ever set is false. */
function equality({ end, operator, place }: Leaf, values: readonly Scalar[]): Condition {
  if (end.field.kind === 'json' && values.some(value => value !== null)) {
    throw domainError(`${place}[2]`, 'false, which asks whether there is no value; json cannot be searched otherwise');
  }
  if (end.field.kind === 'boolean' && values.includes(false)) return oneOf(end.name, [...new Set([...values, null])]);
  const [value] = values;
  return operator === '=' && value !== undefined ? equals(end.name, value) : oneOf(end.name, values);
}

function comparison(input: Leaf, operator: '<' | '<=' | '>' | '>='): Condition {
  const { end, place } = input;
  const unordered: readonly Field['kind'][] = ['boolean', 'selection', 'json'];
  if (unordered.includes(end.field.kind)) throw domainError(`${place}[1]`, `an operator that fits ${end.field.kind}`);
  const value = scalar({ ...valueInput(input), missing: false });
  return compare(end.name, operator, value);
}

/** `=` and `in` on a relation: is one of these records; `false`: there is none. */
function relation(input: Leaf, field: Extract<Field, { to: string }>): Condition {
  const { end, operator, place } = input;
  if (operator !== '=' && operator !== 'in') throw domainError(`${place}[1]`, `an operator that fits ${field.kind}`);
  const ids = idList({ ...valueInput(input), to: field.to, list: operator === 'in' });
  if (field.kind === 'many2one') {
    const [only] = ids;
    return operator === '=' && only !== undefined ? equals(end.name, only) : oneOf(end.name, ids);
  }
  const named = ids.filter(id => id !== null);
  const none: Condition = not({ kind: 'related', field: end.name, where: always });
  const has: Condition =
    field.kind === 'many2many'
      ? { kind: 'has', field: end.name, ids: named }
      : { kind: 'related', field: end.name, where: oneOf('id', named) };
  if (named.length === ids.length) return has;
  return named.length === 0 ? none : { kind: 'any', of: [has, none] };
}

/** The `like` family; on a relation it looks at the title of the records there, as in Odoo. */
function pattern(input: Leaf, operator: PatternOperator): Condition {
  const { end, value, place, context } = input;
  const { limits } = context;
  if (typeof value !== 'string') throw domainError(`${place}[2]`, 'text');
  if (value.length > limits.patternLength) {
    throw domainError(`${place}[2]`, `text of at most ${limits.patternLength} characters`);
  }
  if (!value.isWellFormed() || value.includes('\u0000')) throw domainError(`${place}[2]`, 'text without U+0000');
  const parsed = parsePattern(value);
  if (parsed.filter(part => typeof part === 'object').length > limits.wildcards) {
    throw domainError(`${place}[2]`, `at most ${limits.wildcards} wildcards`);
  }
  const shape = operator.startsWith('=') ? parsed : anywhere(parsed);
  const match = (name: string): Condition => ({
    kind: 'match',
    field: name,
    pattern: shape,
    fold: operator.endsWith('ilike'),
  });
  const { field } = end;
  if ('to' in field) {
    const title = context.access ? context.access(field.to)?.titleField : context.registry.get(field.to)?.titleField;
    if (title === undefined) throw domainError(`${place}[1]`, `"=" or "in" with ids of ${field.to}`);
    return { kind: 'related', field: end.name, where: match(title) };
  }
  const isText = field.kind === 'char' || field.kind === 'text' || field.kind === 'selection';
  if (!isText || end.name === 'id') throw domainError(`${place}[1]`, `an operator that fits ${kindOf(end)}`);
  return match(end.name);
}

function kindOf(end: FieldPath): string {
  return end.name === 'id' ? 'an id' : end.field.kind;
}

/** `child_of`, `parent_of`: the records named and all below or above them. */
function hierarchy(input: Leaf, operator: 'child_of' | 'parent_of'): Condition {
  const { end, place, context } = input;
  const { field } = end;
  const model = end.name === 'id' ? end.model : 'to' in field ? context.registry.get(field.to) : undefined;
  const parent = model?.parentField;
  const isKnown = !context.access || (model && parent && context.access(model.name)?.fields.get(parent)?.read);
  if (!model || parent === undefined || !isKnown) {
    throw domainError(`${place}[1]`, 'another operator: these records are in no hierarchy');
  }
  const ids = idList({ ...valueInput(input), to: model.name, list: Array.isArray(input.value) });
  const within = (name: string): Condition => ({
    kind: 'within',
    field: name,
    model: model.name,
    parent,
    direction: operator === 'child_of' ? 'child' : 'parent',
    ids: ids.filter(id => id !== null),
    where: always,
  });
  if (end.name === 'id' || field.kind === 'many2one') return within(end.name);
  return { kind: 'related', field: end.name, where: within('id') };
}
