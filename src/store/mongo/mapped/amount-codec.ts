import { mongo } from 'mongoose';
import type { StoredValue } from '../../port.ts';
import { type Codec, type Comparison, type Expression, hasType } from './codec.ts';
import { plainZero, within } from './scalar-codecs.ts';

const digits = /^(-?\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/;

/**
 * Amounts in decimals, kept as `decimal` or as `double`; read from any type of number. One with more digits than the
 * currency has does not fit: rounded, it would be another amount.
 */
export function amountCodec({ decimals, form }: { decimals: number; form: 'decimal' | 'double' }): Codec {
  const scale = 10 ** decimals;
  const most = Math.floor(Number.MAX_SAFE_INTEGER / scale);

  function units(raw: unknown): number | undefined {
    if (raw instanceof mongo.Decimal128) return unitsOfDecimal(raw.toString(), decimals);
    if (typeof raw !== 'number' || !(Math.abs(raw) <= most)) return undefined;
    const nearest = Math.floor(raw * scale + 0.5);
    return nearest / scale === raw ? plainZero(nearest) : undefined;
  }

  /** `tenths` of a unit added to it, exactly. */
  function decimal(value: StoredValue, tenths = 0): mongo.Decimal128 {
    return mongo.Decimal128.fromString(`${BigInt(Number(value)) * 10n + BigInt(tenths)}E-${decimals + 1}`);
  }

  const nearest = (raw: Expression): Expression => ({ $floor: { $add: [{ $multiply: [raw, scale] }, 0.5] } });
  const plain = (value: StoredValue): mongo.Decimal128 =>
    mongo.Decimal128.fromString(`${BigInt(Number(value))}E-${decimals}`);

  return {
    decode: raw => {
      const found = units(raw);
      return found !== undefined && Math.abs(found) <= most * scale ? found : undefined;
    },
    encode: value => (form === 'decimal' ? plain(value) : Number(value) / scale),
    // A double is not equal to the decimal that it is written as, nor, on some servers, a decimal to one with more zeros.
    oneOf: values => values.map(value => ({ $gt: decimal(value, -5), $lt: decimal(value, 5) })),
    range: (comparison, value) => between(comparison, tenths => decimal(value, tenths)),
    fits: raw => ({
      $and: [
        hasType(raw, ['int', 'long', 'double', 'decimal']),
        ...within(raw, most),
        { $eq: [{ $divide: [nearest(raw), scale] }, raw] },
      ],
    }),
    stored: raw => ({ $toLong: nearest(raw) }),
  };
}

/** Half a unit away from the amount, where no amount is: a double is never far enough from its decimal to cross it. */
function between(comparison: Comparison, bound: (tenths: number) => mongo.Decimal128): Record<string, unknown> {
  switch (comparison) {
    case '<':
      return { $lt: bound(-5) };
    case '<=':
      return { $lt: bound(5) };
    case '>':
      return { $gt: bound(5) };
    case '>=':
      return { $gt: bound(-5) };
  }
}

function unitsOfDecimal(text: string, decimals: number): number | undefined {
  const [, whole = '', fraction = '', exponent = '0'] = digits.exec(text) ?? [];
  if (whole === '') return undefined;
  const shift = Number(exponent) - fraction.length + decimals;
  // 34 digits at most, so the number is small; its exponent need not be.
  const number = BigInt(whole + fraction);
  if (number === 0n) return 0;
  if (shift > 40 || shift < -80) return undefined;
  if (shift >= 0) return safe(number * 10n ** BigInt(shift));
  const divisor = 10n ** BigInt(-shift);
  return number % divisor === 0n ? safe(number / divisor) : undefined;
}

function safe(number: bigint): number | undefined {
  const value = Number(number);
  return Number.isSafeInteger(value) ? value : undefined;
}
