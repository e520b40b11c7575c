/** Digits before and after the point, with an optional exponent, as `String(number)` and people write it. */
const decimalText = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:e([+-]\d{1,3}))?$/;

/**
 * An amount in decimals (`12.34`, or as text) in the smallest unit (1234), exactly.
 * undefined: not a number, more digits after the point than `decimals`, or beyond 2^53 units.
 */
export function toSmallestUnit(amount: unknown, decimals: number): number | undefined {
  if (typeof amount !== 'number' && typeof amount !== 'string') return undefined;
  const found = decimalText.exec(String(amount));
  if (!found) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = found;
  const digits = whole + fraction;
  // Where the point stands among the digits once the amount is counted in smallest units.
  const point = whole.length + Number(exponent) + decimals;
  if (point > 60 || /[1-9]/.test(digits.slice(Math.max(point, 0)))) return undefined;
  const units = Number(digits.slice(0, Math.max(point, 0)).padEnd(Math.max(point, 0), '0') || '0');
  if (!Number.isSafeInteger(units)) return undefined;
  return sign && units !== 0 ? -units : units;
}

/** The other way round; exact, as the quotient of two whole numbers is rounded to the nearest number there is. */
export function fromSmallestUnit(units: number, decimals: number): number {
  return units / 10 ** decimals;
}
