import type { Pattern } from '../../condition.ts';
import { caselessExpression } from '../pattern.ts';

type Filter = Readonly<Record<string, unknown>>;

/** Letters of scripts with accents and letters of other widths, where one of them may stand for a plain one. */
const accented: readonly (readonly [from: number, to: number])[] = [
  [0x00c0, 0x024f],
  [0x0370, 0x04ff],
  [0x1e00, 0x1fff],
  [0xff10, 0xff5a],
];
const variants = letterVariants();

/** The tests of a text against a pattern without case: texts of others come composed or decomposed. */
export function caseless(pattern: Pattern): Filter[] {
  const expressions = (['NFC', 'NFD'] as const).map(form =>
    caselessExpression(pattern.map(part => (typeof part === 'string' ? part.normalize(form) : part))),
  );
  return [...new Set(expressions)].map($regex => ({ $regex, $options: 'si' }));
}

/** The test of a text for a word that begins like this one (as `wordsOf` makes them), without case and accents. */
export function wordBegins(word: string): Filter {
  const letters = Array.from(word, letter => `[${letter}${variants.get(letter) ?? ''}]\\p{M}*`);
  return { $regex: `(?:^|[^\\p{L}\\p{N}\\p{M}])\\p{M}*${letters.join('')}`, $options: 'i' };
}

function letterVariants(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [from, to] of accented) {
    for (let point = from; point <= to; point += 1) {
      const letter = String.fromCodePoint(point);
      const plain = letter
        .normalize('NFKD')
        .replace(/\p{M}+/gu, '')
        .toLowerCase();
      if (plain !== letter && /^[\p{L}\p{N}]$/u.test(plain)) found.set(plain, (found.get(plain) ?? '') + letter);
    }
  }
  return found;
}
