import { kernelErrors } from '../../errors.ts';
import type { Condition } from '../condition.ts';
import { inTurn, joined, type Place } from './compilation.ts';
import { compileCompare, compileHas, compileIn, compileMatch, compileWords } from './compile-leaf.ts';
import { compileRelated, compileWithin } from './compile-relation.ts';

/*
 * SQL knows three truth values, conditions two. Here NULL counts as false: AND, OR and WHERE treat it so by
 * themselves, and `not` says IS NOT TRUE. No leaf needs more.
 *
 * A record rule comes before what its caller asks, and the time that an answer takes must not tell of rows that the rule
 * hides: of an `all`, what may take long is looked at only where what stands before it holds. SQLite goes through the
 * parts from left to right, but first through those for which an index in use has every column, and last through those
 * that hold a correlated sub-query. So all that may take long holds one: `EXISTS`, or a `SELECT` without a table. The `+`
 * keeps SQLite from turning an EXISTS into a join, which would come after all of them.
 */

const maxDepth = 200;
const maxParams = 30_000;

/** A WHERE expression for the rows of a table. DOMAIN_INVALID where it is too large for SQLite. */
export function compileWhere(where: Condition, at: Place): string {
  const text = timed(at, compile(where, { ...at, depth: 0 }));
  if (at.to.params.length > maxParams) throw tooLarge();
  return text;
}

function timed({ to, name }: Place, text: string): string {
  return to.timed ? `in_time(${name}."$row") AND ${text}` : text;
}

function tooLarge() {
  return kernelErrors.DOMAIN_INVALID({ message: 'The domain is too large.' });
}

function compile(condition: Condition, at: Place & { depth: number }): string {
  if (at.depth > maxDepth) throw tooLarge();
  const depth = at.depth + 1;
  const part = (inner: Condition) => compile(inner, { ...at, depth });
  const nested = (where: Condition) => (there: Place) => {
    const text = timed(there, compile(where, { ...there, depth }));
    return at.to.approach === 'set' ? inTurn(text, `${there.name}."$row"`) : text;
  };
  switch (condition.kind) {
    case 'all':
      return joined(condition.of.map(part), 'AND');
    case 'any':
      return joined(condition.of.map(part), 'OR');
    case 'not':
      return `((${part(condition.of)}) IS NOT TRUE)`;
    case 'compare':
      return compileCompare(condition, at);
    case 'in':
      return compileIn(condition, at);
    case 'match':
      return compileMatch(condition, at);
    case 'has':
      return compileHas(condition, at);
    case 'words':
      return compileWords(condition, at);
    case 'related':
      return compileRelated({ condition, at, nested: nested(condition.where) });
    case 'within':
      return compileWithin({ condition, at, nested: nested(condition.where) });
  }
}
