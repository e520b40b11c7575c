/**
 * Order of two strings by code point: negative, 0 or positive. JavaScript's own `<` goes by UTF-16 units and puts
 * U+1F600 before U+FF5E; databases, which compare UTF-8 bytes, do not.
 */
export function compareCodePoints(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return inCodePointOrder(a) - inCodePointOrder(b);
  }
  return left.length - right.length;
}

/** Moves the surrogates behind all other units, which is where the code points that they stand for belong. */
function inCodePointOrder(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
