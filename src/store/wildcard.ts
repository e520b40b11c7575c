import { fold, type Pattern } from './condition.ts';

/** The same pattern in the form in which text is compared without case. */
export function foldPattern(pattern: Pattern): Pattern {
  return pattern.map(part => (typeof part === 'string' ? fold(part) : part));
}

/**
 * Whether the whole of `text` has the shape of `pattern`; `one` stands for one code point, line breaks included.
 * Only the last `any` is ever reconsidered, so the effort is at most text length × pattern length.
 */
export function matchesPattern(text: string, pattern: Pattern): boolean {
  const characters = [...text];
  const tokens = pattern.flatMap((part): Pattern => (typeof part === 'string' ? [...part] : [part]));
  let at = 0;
  let token = 0;
  let afterAny = -1;
  let resumeAt = 0;
  while (at < characters.length) {
    const expected = tokens[token];
    if (typeof expected === 'object' && expected.wildcard === 'any') {
      token += 1;
      afterAny = token;
      resumeAt = at;
    } else if (expected !== undefined && (typeof expected === 'object' || expected === characters[at])) {
      token += 1;
      at += 1;
    } else if (afterAny >= 0) {
      resumeAt += 1;
      at = resumeAt;
      token = afterAny;
    } else return false;
  }
  return tokens.slice(token).every(rest => typeof rest === 'object' && rest.wildcard === 'any');
}
