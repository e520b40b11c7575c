import { type Codec, type Expression, hasType, literal, plainCodec } from './codec.ts';

const first = new Date('0001-01-01T00:00:00.000Z');
const last = new Date('9999-12-31T23:59:59.999Z');
const dayText = /^\d{4}-\d{2}-\d{2}$/;
const momentText = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const dayLength = 86_400_000;

/** A moment kept as a date of BSON. */
export const momentCodec: Codec = plainCodec({
  decode: raw => (isMoment(raw) ? raw.toISOString() : undefined),
  encode: value => new Date(String(value)),
  fits: fitsMoment,
  stored: raw => ({ $dateToString: { date: raw, format: '%Y-%m-%dT%H:%M:%S.%LZ' } }),
});

/** A day kept as its beginning in UTC. Any other moment is no day: which one, its writer's time zone would have to tell. */
export const dayCodec: Codec = plainCodec({
  decode: raw => (isMoment(raw) && raw.getTime() % dayLength === 0 ? raw.toISOString().slice(0, 10) : undefined),
  encode: value => new Date(`${String(value)}T00:00:00.000Z`),
  fits: raw => ({
    $and: [fitsMoment(raw), { $eq: [{ $mod: [{ $toLong: raw }, literal(dayLength)] }, literal(0)] }],
  }),
  stored: raw => ({ $dateToString: { date: raw, format: '%Y-%m-%d' } }),
});

/** Kept as text, exactly as a row has it: another notation of the same moment would compare as another one. */
export const momentTextCodec: Codec = textual(momentText);
export const dayTextCodec: Codec = textual(dayText);

function textual(pattern: RegExp): Codec {
  return plainCodec({
    decode: raw => (typeof raw === 'string' && pattern.test(raw) ? raw : undefined),
    encode: value => value,
    fits: raw => ({
      $and: [hasType(raw, ['string']), { $regexMatch: { input: raw, regex: pattern.source.replace(/\$$/, '\\z') } }],
    }),
    stored: raw => raw,
  });
}

function isMoment(raw: unknown): raw is Date {
  return raw instanceof Date && raw >= first && raw <= last;
}

function fitsMoment(raw: Expression): Expression {
  return { $and: [hasType(raw, ['date']), { $gte: [raw, literal(first)] }, { $lte: [raw, literal(last)] }] };
}
