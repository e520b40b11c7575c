import { all, always, any, type Condition, never, not } from '../store/condition.ts';
import { type DomainContext, domainError, type ParseDomainInput } from './domain-context.ts';
import { parseLeaf } from './domain-leaf.ts';
import { type DomainLimits, defaultDomainLimits, maxEntries } from './domain-limits.ts';

interface Part {
  readonly condition: Condition;
  /** Operators inside one another. */
  readonly depth: number;
  readonly operator?: '&' | '|' | '!';
}

/**
 * Reads a domain. Terms one after the other without an operator are joined by `&`, as in Odoo; a path through
 * a relation holds when one of the records there satisfies the term.
 *
 * Throws DOMAIN_INVALID, naming the first faulty position from the right, or FIELD_NOT_AVAILABLE for a field that is
 * unknown or not readable. What it returns knows nothing of record rules; see `guardRelations`.
 */
export function parseDomain(input: ParseDomainInput): Condition {
  const { domain, limits = defaultDomainLimits, at = 'domain' } = input;
  if (!Array.isArray(domain)) throw domainError(at, 'a list of terms');
  if (domain.length > maxEntries(limits)) throw domainError(at, `at most ${limits.leaves} terms`);
  const context: DomainContext = { ...input, limits };
  const parts: Part[] = [];
  let leaves = 0;
  // From the right, so that every operator finds its operands already read: no recursion, whatever the nesting.
  for (let index = domain.length - 1; index >= 0; index -= 1) {
    const token: unknown = domain[index];
    const place = `${at}[${index}]`;
    if (token === '&' || token === '|' || token === '!') parts.push(apply({ operator: token, parts, place, limits }));
    else {
      leaves += 1;
      if (leaves > limits.leaves) throw domainError(at, `at most ${limits.leaves} terms`);
      parts.push({ condition: readTerm({ token, place, context }), depth: 0 });
    }
  }
  return all(...parts.reverse().map(part => part.condition));
}

function apply(input: { operator: '&' | '|' | '!'; parts: Part[]; place: string; limits: DomainLimits }): Part {
  const { operator, parts, place, limits } = input;
  const first = parts.pop();
  const second = operator === '!' ? first : parts.pop();
  if (!first || !second) {
    throw domainError(place, operator === '!' ? 'a term after "!"' : `two terms after "${operator}"`);
  }
  const depthOf = (part: Part): number =>
    part.operator === operator && operator !== '!' ? part.depth : part.depth + 1;
  const depth = Math.max(depthOf(first), depthOf(second));
  if (depth > limits.depth) throw domainError(place, `at most ${limits.depth} operators inside one another`);
  if (operator === '!') return { condition: not(first.condition), depth, operator };
  const join = operator === '&' ? all : any;
  return { condition: join(first.condition, second.condition), depth, operator };
}

function readTerm({ token, place, context }: { token: unknown; place: string; context: DomainContext }): Condition {
  if (!Array.isArray(token)) throw domainError(place, 'a term [field, operator, value], or "&", "|" or "!"');
  if (token.length !== 3) throw domainError(place, 'a term of three parts: [field, operator, value]');
  const [field, operator, value]: unknown[] = token;
  // Odoo's own way to write "everything" and "nothing".
  if ((field === 1 || field === 0) && operator === '=' && value === 1) return field === 1 ? always : never;
  if (typeof field !== 'string') throw domainError(`${place}[0]`, 'the name of a field');
  if (typeof operator !== 'string') throw domainError(`${place}[1]`, 'an operator, such as "="');
  return parseLeaf({ path: field, operator, value, place, context });
}
