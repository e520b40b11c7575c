/** Characters of a foreign text that are shown. */
const maxLength = 80;

/**
 * Text that a stranger has written, as it may be shown among our own: on one line, not too long, and without characters
 * that are invisible or turn the direction of what follows.
 */
export function shownText(text: string): string {
  const plain = text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  const characters = [...plain];
  return characters.length > maxLength ? `${characters.slice(0, maxLength).join('')}…` : plain;
}
