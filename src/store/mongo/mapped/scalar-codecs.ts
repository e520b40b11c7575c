import { type Codec, type Expression, hasType, literal, plainCodec } from './codec.ts';

const most = Number.MAX_SAFE_INTEGER;

export const textCodec: Codec = plainCodec({
  decode: raw => (typeof raw === 'string' ? raw : undefined),
  encode: value => value,
  fits: raw => hasType(raw, ['string']),
  stored: raw => raw,
});

export const booleanCodec: Codec = plainCodec({
  decode: raw => (typeof raw === 'boolean' ? raw : undefined),
  encode: value => value,
  fits: raw => hasType(raw, ['bool']),
  stored: raw => raw,
});

/** Whole numbers that a JavaScript number holds exactly, whichever type of number they are. */
export const integerCodec: Codec = plainCodec({
  decode(raw) {
    const number = numberOf(raw);
    return Number.isSafeInteger(number) ? plainZero(number) : undefined;
  },
  encode: value => value,
  fits: raw => ({
    $and: [hasType(raw, ['int', 'long', 'double']), ...within(raw, most), { $eq: [{ $floor: raw }, raw] }],
  }),
  stored: raw => ({ $toLong: raw }),
});

export const floatCodec: Codec = plainCodec({
  decode(raw) {
    const number = numberOf(raw);
    return Number.isFinite(number) ? plainZero(number) : undefined;
  },
  encode: value => value,
  fits: raw => ({
    $or: [
      { $and: [hasType(raw, ['double']), ...within(raw, Number.MAX_VALUE)] },
      { $and: [hasType(raw, ['int', 'long']), ...within(raw, most)] },
    ],
  }),
  // Of the two zeros, one.
  stored: raw => ({ $add: [{ $toDouble: raw }, 0] }),
});

/** Not a number compares as less than all numbers. */
export function within(raw: Expression, limit: number): Expression[] {
  return [{ $gte: [raw, literal(-limit)] }, { $lte: [raw, literal(limit)] }];
}

/** The driver gives a Long where a number would not be exact. */
function numberOf(raw: unknown): number {
  return typeof raw === 'number' ? raw : Number.NaN;
}

export function plainZero(value: number): number {
  return value === 0 ? 0 : value;
}
