import { type Codec, type Expression, hasType, literal, plainCodec } from './codec.ts';

const first = new Date('0001-01-01T00:00:00.000Z');
const last = new Date('9999-12-31T23:59:59.999Z');

/** Days that there are, for here and for the server alike: those of every year, and 29 February. */
const monthAndDay = [
  '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])',
  '(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)',
  '02-(?:0[1-9]|1[0-9]|2[0-8])',
].join('|');
const leapYear = '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const day = `(?!0000)(?:[0-9]{4}-(?:${monthAndDay})|${leapYear}-02-29)`;
const time = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z';
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
export const momentTextCodec: Codec = textual(`${day}T${time}`);
export const dayTextCodec: Codec = textual(day);

function textual(expression: string): Codec {
  const pattern = new RegExp(`^${expression}$`);
  return plainCodec({
    decode: raw => (typeof raw === 'string' && pattern.test(raw) ? raw : undefined),
    encode: value => value,
    fits: raw => ({
      $and: [hasType(raw, ['string']), { $regexMatch: { input: raw, regex: `^${expression}\\z` } }],
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
