import { mongo } from 'mongoose';
import type { StoredMapping } from '../../mapping.ts';
import { type Codec, hasType, literal, plainCodec } from './codec.ts';
import { integerCodec } from './scalar-codecs.ts';

const hexDigits = /^[0-9a-f]{24}$/;
const decimalDigits = /^0{8}\d{16}$/;
const width = 24;

const codecs: Readonly<Record<StoredMapping['id'], Codec>> = {
  objectId: plainCodec({
    decode: raw => (raw instanceof mongo.ObjectId ? raw.toHexString() : undefined),
    encode: value => (hexDigits.test(String(value)) ? new mongo.ObjectId(String(value)) : undefined),
    fits: raw => hasType(raw, ['objectId']),
    stored: raw => ({ $toString: raw }),
  }),
  string: plainCodec({
    decode: raw => (typeof raw === 'string' && hexDigits.test(raw) ? raw : undefined),
    encode: value => (hexDigits.test(String(value)) ? value : undefined),
    fits: raw => ({
      $and: [hasType(raw, ['string']), { $regexMatch: { input: raw, regex: '^[0-9a-f]{24}\\z' } }],
    }),
    stored: raw => raw,
  }),
  int: plainCodec({
    decode(raw) {
      const number = integerCodec.decode(raw);
      return typeof number === 'number' && number >= 0 ? String(number).padStart(width, '0') : undefined;
    },
    encode(value) {
      const number = decimalDigits.test(String(value)) ? Number(value) : Number.NaN;
      return Number.isSafeInteger(number) ? number : undefined;
    },
    fits: raw => ({ $and: [integerCodec.fits(raw), { $gte: [raw, literal(0)] }] }),
    stored: raw => ({
      $let: {
        vars: { digits: { $toString: { $toLong: raw } } },
        in: {
          $concat: [
            { $substrBytes: ['0'.repeat(width), 0, { $subtract: [width, { $strLenBytes: '$$digits' }] }] },
            '$$digits',
          ],
        },
      },
    }),
  }),
};

/** The ids of records, `_id` and references alike; see `StoredMapping`. */
export function idCodec(form: StoredMapping['id']): Codec {
  return codecs[form];
}

/** A list of references; with one among them that does not fit, the list does not. */
export function listCodec(one: Codec): Codec {
  return {
    decode(raw) {
      if (!Array.isArray(raw)) return undefined;
      const ids = raw.map(item => one.decode(item));
      return ids.includes(undefined) ? undefined : ids;
    },
    encode(value) {
      const ids = Array.isArray(value) ? value.map(id => one.encode(id)) : [undefined];
      return ids.includes(undefined) ? undefined : ids;
    },
    oneOf: one.oneOf,
    range: () => undefined,
    fits: raw => ({
      $and: [{ $isArray: raw }, { $allElementsTrue: [{ $map: { input: raw, as: 'item', in: one.fits('$$item') } }] }],
    }),
    stored: raw => ({ $map: { input: raw, as: 'item', in: one.stored('$$item') } }),
  };
}
