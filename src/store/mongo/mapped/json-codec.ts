import { mongo } from 'mongoose';
import type { Json } from '../../port.ts';
import { type Codec, hasType } from './codec.ts';

/** Nesting and characters of a value: what a caller could write as well. */
const maxDepth = 32;
const maxLength = 100_000;

const types = ['object', 'array', 'string', 'bool', 'int', 'long', 'double', 'decimal', 'date', 'objectId', 'binData'];

/**
 * Embedded documents. What JSON has no notation for stands in MongoDB Extended JSON (v2), so that it comes back as what it
 * was: `{"$oid": …}`, `{"$date": …}`, `{"$numberDecimal": …}`, `{"$numberLong": …}`, `{"$binary": …}`. A document with
 * anything else in it, too deep or too long, does not fit.
 */
export const jsonCodec: Codec = {
  decode(raw) {
    const json = fromBson(raw, maxDepth);
    if (json === undefined) return undefined;
    const text = JSON.stringify(json);
    return text.length <= maxLength ? text : undefined;
  },
  encode: value => toBson(value as Json),
  oneOf: () => [],
  range: () => undefined,
  fits: raw => hasType(raw, types),
  stored: raw => raw,
};

function fromBson(raw: unknown, depth: number): Json | undefined {
  if (raw === null || typeof raw === 'boolean' || typeof raw === 'string') return raw;
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined;
  if (typeof raw !== 'object' || depth === 0) return undefined;
  if (Array.isArray(raw)) {
    const items = raw.map(item => fromBson(item, depth - 1));
    return items.every(item => item !== undefined) ? items : undefined;
  }
  if (Object.getPrototypeOf(raw) !== Object.prototype) return extended(raw);
  const entries: [string, Json][] = [];
  for (const [key, item] of Object.entries(raw)) {
    const json = fromBson(item, depth - 1);
    // A key with a dollar could not be told from extended notation.
    if (json === undefined || key.startsWith('$')) return undefined;
    entries.push([key, json]);
  }
  return Object.fromEntries(entries);
}

function extended(raw: object): Json | undefined {
  if (raw instanceof Date) return Number.isNaN(raw.getTime()) ? undefined : { $date: raw.toISOString() };
  if (raw instanceof mongo.ObjectId) return { $oid: raw.toHexString() };
  if (raw instanceof mongo.Decimal128) return { $numberDecimal: raw.toString() };
  if (raw instanceof mongo.Long) return { $numberLong: raw.toString() };
  if (raw instanceof mongo.Binary) {
    return { $binary: { base64: raw.toString('base64'), subType: raw.sub_type.toString(16).padStart(2, '0') } };
  }
  return undefined;
}

/** undefined: a key that others could not use (`$…`, dots) or extended notation that is none. */
function toBson(value: Json): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(toBson);
    return items.includes(undefined) ? undefined : items;
  }
  const entries = Object.entries(value) as [string, Json][];
  const [first] = entries;
  if (first?.[0].startsWith('$')) return entries.length === 1 ? bsonValue(...first) : undefined;
  const members: [string, unknown][] = [];
  for (const [key, item] of entries) {
    const member = toBson(item);
    if (member === undefined || /^\$|[.\0]/.test(key)) return undefined;
    members.push([key, member]);
  }
  return Object.fromEntries(members);
}

function bsonValue(key: string, value: Json): unknown {
  if (key === '$binary') return binary(value);
  if (typeof value !== 'string') return undefined;
  switch (key) {
    case '$oid':
      return /^[0-9a-f]{24}$/.test(value) ? new mongo.ObjectId(value) : undefined;
    case '$date': {
      const date = new Date(value);
      return Number.isNaN(date.getTime()) ? undefined : date;
    }
    case '$numberDecimal':
      return /^-?\d{1,34}(\.\d{1,34})?(E[+-]?\d{1,4})?$/.test(value) ? decimal(value) : undefined;
    case '$numberLong':
      return /^-?\d{1,19}$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value)
        ? mongo.Long.fromString(value)
        : undefined;
    default:
      return undefined;
  }
}

/** undefined: more digits than there is room for. */
function decimal(text: string): mongo.Decimal128 | undefined {
  try {
    return mongo.Decimal128.fromString(text);
  } catch {
    return undefined;
  }
}

function binary(value: Json): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { base64, subType, ...others } = value as { readonly [key: string]: Json };
  if (typeof base64 !== 'string' || typeof subType !== 'string' || Object.keys(others).length > 0) return undefined;
  if (!/^[0-9a-f]{2}$/.test(subType) || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  return new mongo.Binary(Buffer.from(base64, 'base64'), Number.parseInt(subType, 16));
}
