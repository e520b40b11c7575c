import type { Pattern } from '../condition.ts';
import { foldPattern } from '../wildcard.ts';

type Filter = Readonly<Record<string, unknown>>;

/**
 * The test of one string against a pattern: equality or a range where that is enough, for an index to serve it, else
 * an anchored expression. All text in it is literal.
 */
export function compilePattern({ pattern, folded }: { pattern: Pattern; folded: boolean }): Filter {
  const parts = joinText(folded ? foldPattern(pattern) : pattern);
  const [first = '', second] = parts;
  if (typeof first === 'string' && parts.length <= 1) return { $eq: first };
  if (typeof first === 'string' && parts.length === 2 && typeof second === 'object' && second.wildcard === 'any') {
    return beginsWith(first);
  }
  return { $regex: expressionOf(parts), $options: 's' };
}

/** The expression of a pattern, for a test that ignores case by itself. */
export function caselessExpression(pattern: Pattern): string {
  return expressionOf(joinText(pattern));
}

/** The strings that begin with `text`, as a range. */
export function beginsWith(text: string): Filter {
  const end = textAfter(text);
  return end === undefined ? { $gte: text } : { $gte: text, $lt: end };
}

/** The first string after all that begin with `text`; undefined: there is none. */
function textAfter(text: string): string | undefined {
  const points = [...text];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const next = (last.codePointAt(0) ?? 0) + 1;
    if (next > 0x10ffff) continue;
    // Half surrogates are no text: the next character after U+D7FF is U+E000.
    return points.join('') + String.fromCodePoint(next === 0xd800 ? 0xe000 : next);
  }
  return undefined;
}

function joinText(pattern: Pattern): Pattern {
  const parts: Pattern[number][] = [];
  for (const part of pattern) {
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  }
  return parts;
}

/**
 * Each `any` with what follows it, up to the next, is an atomic group: the first place where it fits is as good as any
 * later one, so there is nothing to come back to, and no text makes the search explode. Only the last must reach the end.
 */
function expressionOf(pattern: Pattern): string {
  const runs: string[] = [''];
  for (const part of pattern) {
    if (typeof part === 'object' && part.wildcard === 'any') runs.push('');
    else runs[runs.length - 1] += typeof part === 'string' ? literal(part) : '.';
  }
  const [head = '', ...rest] = runs;
  const tail = rest.pop();
  const middle = rest.map(run => `(?>.*?${run})`).join('');
  return `^${head}${middle}${tail === undefined ? '' : `.*${tail}`}\\z`;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/#\-&~]/g, '\\$&');
}
