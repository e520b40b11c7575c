import { kernelErrors } from '../../errors.ts';
import type { Condition } from '../condition.ts';
import { type Compilation, joined, type Place } from './compilation.ts';
import { compileCompare, compileHas, compileIn, compileMatch, compileWords } from './compile-leaf.ts';
import { compileRelated, compileWithin } from './compile-relation.ts';

/*
 * SQL knows three truth values, conditions two. Here NULL counts as false: AND, OR and WHERE treat it so by
 * themselves, and `not` says IS NOT TRUE. No leaf needs more.
 */

const maxDepth = 200;
const maxParams = 30_000;

/** A WHERE expression for the rows of a table. DOMAIN_INVALID where it is too large for SQLite. */
export function compileWhere(to: Compilation, where: Condition, at: Place): string {
  const text = timed(to, at, compile(to, where, { ...at, depth: 0 }));
  if (to.params.length > maxParams) throw tooLarge();
  return text;
}

function timed(to: Compilation, { name }: Place, text: string): string {
  return to.timed ? `in_time(${name}."$row") AND ${text}` : text;
}

function tooLarge() {
  return kernelErrors.DOMAIN_INVALID({ message: 'The domain is too large.' });
}

function compile(to: Compilation, condition: Condition, at: Place & { depth: number }): string {
  if (at.depth > maxDepth) throw tooLarge();
  const depth = at.depth + 1;
  const part = (inner: Condition) => compile(to, inner, { ...at, depth });
  switch (condition.kind) {
    case 'all':
      return joined(condition.of.map(part), 'AND');
    case 'any':
      return joined(condition.of.map(part), 'OR');
    case 'not':
      return `((${part(condition.of)}) IS NOT TRUE)`;
    case 'compare':
      return compileCompare(to, condition, at);
    case 'in':
      return compileIn(to, condition, at);
    case 'match':
      return compileMatch(to, condition, at);
    case 'has':
      return compileHas(to, condition, at);
    case 'words':
      return compileWords(to, condition, at);
    case 'related':
      return compileRelated(to, condition, at, there =>
        timed(to, there, compile(to, condition.where, { ...there, depth })),
      );
    case 'within':
      return compileWithin(to, condition, at, there =>
        timed(to, there, compile(to, condition.where, { ...there, depth })),
      );
  }
}
