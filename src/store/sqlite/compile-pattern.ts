import type { Pattern } from '../condition.ts';
import { foldPattern } from '../wildcard.ts';

/** Bytes. One comparison takes up to (length of the text) × (length of the pattern) steps and cannot be interrupted. */
export const maxPatternBytes = 4_000;

export interface CompiledPattern {
  /** For GLOB, which minds case and takes a code point for a character. */
  readonly glob: string;
  /** What every match begins with. */
  readonly prefix: string;
}

export function compilePattern(pattern: Pattern, ignoreCase: boolean): CompiledPattern {
  const parts = ignoreCase ? foldPattern(pattern) : pattern;
  const first = parts[0];
  return {
    glob: parts.map(globPart).join(''),
    prefix: typeof first === 'string' ? first : '',
  };
}

function globPart(part: Pattern[number]): string {
  if (typeof part === 'string') return part.replace(/[*?[]/g, '[$&]');
  return part.wildcard === 'any' ? '*' : '?';
}

/** The least text above all that begin with `prefix`, in code-point order; undefined: there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = [...prefix];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0;
    if (point === 0x10ffff) continue;
    return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return undefined;
}
