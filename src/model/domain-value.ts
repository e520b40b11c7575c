import type { Scalar } from '../store/condition.ts';
import { type DomainContext, domainError } from './domain-context.ts';
import { encodeOperand } from './encode.ts';
import type { Field } from './field.ts';
import { plainIdIn } from './public-id.ts';
import { parseDate } from './time.ts';

interface ValueInput {
  /** The model that has the field. */
  readonly model: string;
  readonly name: string;
  readonly field: Field;
  readonly value: unknown;
  /** Its place, such as `domain[3][2]`. */
  readonly at: string;
  readonly context: DomainContext;
}

/** One value in its stored form. `missing`: false and null are allowed and ask for a missing value. */
export function scalar(input: ValueInput & { missing: boolean }): Scalar {
  const { field, at, missing } = input;
  const value = bind(input);
  if (value === null || (value === false && field.kind !== 'boolean')) {
    if (missing) return null;
    throw domainError(at, 'a value to compare with');
  }
  if (input.name === 'id') {
    const id = plainIdIn(input.model, value);
    if (id === undefined) throw domainError(at, `an id, such as ${input.model}/…`);
    return id;
  }
  if (field.kind === 'json') throw domainError(at, 'false, which asks whether there is no value');
  // A day stands for its first moment, in UTC.
  const day = field.kind === 'datetime' ? parseDate(value) : undefined;
  const encoded = encodeOperand(field, day === undefined ? value : `${day}T00:00:00Z`);
  if ('expected' in encoded) throw domainError(at, encoded.expected);
  if (typeof encoded.value === 'object' && encoded.value !== null) throw domainError(at, 'a single value');
  return encoded.value;
}

export function scalarList(input: ValueInput): Scalar[] {
  return listOf(input).map(item => scalar({ ...input, ...item, missing: true }));
}

/** Ids of `to`, null for false and null: of a list where `list` says so, else of the one value. */
export function idList(input: ValueInput & { to: string; list: boolean }): (string | null)[] {
  const items = input.list ? listOf(input) : [{ value: input.value, at: input.at }];
  return items.map(item => {
    const value = bind({ ...input, ...item });
    if (value === null || value === false) return null;
    const id = plainIdIn(input.to, value);
    if (id === undefined) throw domainError(item.at, `an id, such as ${input.to}/…`);
    return id;
  });
}

function listOf({ value, at, context }: ValueInput): { value: unknown; at: string }[] {
  if (!Array.isArray(value)) throw domainError(at, 'a list of values');
  if (value.length > context.limits.listLength) throw domainError(at, `at most ${context.limits.listLength} values`);
  return Array.from(value, (item: unknown, index) => ({ value: item, at: `${at}[${index}]` }));
}

/** `{ user: 'id' }` and `{ user: 'login' }` become the caller's, in domains that may hold them. */
function bind({ value, at, context }: ValueInput): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !context.user) return value;
  if (Object.keys(value).join() !== 'user' || !('user' in value)) throw domainError(at, 'a value');
  if (value.user === 'id') return context.user.id;
  if (value.user === 'login') return context.user.login;
  throw domainError(at, '{ user: "id" } or { user: "login" }');
}
