import type { Pattern } from '../store/condition.ts';

/** How a `like` operand is written: `%` any run of characters, `_` one character, `\` takes the next one literally. */
export function parsePattern(text: string): Pattern {
  const parts: (string | { wildcard: 'any' | 'one' })[] = [];
  const literal = (piece: string): void => {
    const last = parts.at(-1);
    if (typeof last === 'string') parts[parts.length - 1] = last + piece;
    else parts.push(piece);
  };
  const characters = [...text];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '%') pushAny(parts);
    else if (character === '_') parts.push({ wildcard: 'one' });
    else if (character === '\\') {
      at += 1;
      literal(characters[at] ?? '\\');
    } else literal(character);
  }
  return parts;
}

/** The operand of `like`, which is looked for anywhere in the value. */
export function anywhere(pattern: Pattern): Pattern {
  const parts: (string | { wildcard: 'any' | 'one' })[] = [];
  pushAny(parts);
  for (const part of pattern) {
    if (typeof part === 'object' && part.wildcard === 'any') pushAny(parts);
    else parts.push(part);
  }
  pushAny(parts);
  return parts;
}

/** The other way round: `parsePattern(printPattern(p))` is `p`. */
export function printPattern(pattern: Pattern): string {
  return pattern
    .map(part => {
      if (typeof part === 'object') return part.wildcard === 'any' ? '%' : '_';
      return part.replace(/[\\%_]/g, '\\$&');
    })
    .join('');
}

function pushAny(parts: (string | { wildcard: 'any' | 'one' })[]): void {
  const last = parts.at(-1);
  if (typeof last !== 'object' || last.wildcard !== 'any') parts.push({ wildcard: 'any' });
}
