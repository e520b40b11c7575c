import type { StoredMapping } from '../../mapping.ts';
import { type Codec, type Expression, hasType, literal } from './codec.ts';
import { codecOf } from './codec-of.ts';
import { idCodec } from './id-codecs.ts';
import { integerCodec } from './scalar-codecs.ts';

/** A field in somebody else's documents. */
export interface Place {
  readonly path: string;
  readonly codec: Codec;
}

/** How the rows of a mapped model stand in its collection. */
export interface Mapped {
  readonly mapping: StoredMapping;
  /** By field, `id` included; a field that is not among them is always missing. */
  readonly places: ReadonlyMap<string, Place>;
  /** The field of each unique index of others, by the index's name. */
  readonly uniqueIndexes: ReadonlyMap<string, string>;
}

export function describeMapping({
  mapping,
  uniqueIndexes,
}: {
  mapping: StoredMapping;
  uniqueIndexes: ReadonlyMap<string, string>;
}): Mapped {
  const places = new Map<string, Place>([['id', { path: '_id', codec: idCodec(mapping.id) }]]);
  for (const [name, field] of Object.entries(mapping.fields)) {
    places.set(name, { path: field.path, codec: codecOf(field) });
  }
  return { mapping, places, uniqueIndexes };
}

/** Whether the value there fits. A path through a list names many values, and none of them is the field's. */
export function fitsAt({ path, codec }: Place): Expression {
  const through = prefixesOf(path).map(prefix => ({ $ne: [{ $type: `$${prefix}` }, 'array'] }));
  return { $and: [...through, codec.fits(`$${path}`)] };
}

/** Whether nothing is there. */
export function isAbsent({ path }: Place): Expression {
  return hasType(`$${path}`, ['missing', 'null', 'undefined']);
}

/** True of documents in which each of these fields fits or is absent: what cannot be read is not overwritten. */
export function mayBeSet(mapped: Mapped, fields: readonly string[]): Readonly<Record<string, unknown>> {
  const tests = fields.flatMap(field => {
    const place = mapped.places.get(field);
    return place ? [{ $or: [isAbsent(place), fitsAt(place)] }] : [];
  });
  return { $expr: { $and: tests } };
}

/** The value as a row has it, or null. */
export function storedAt(mapped: Mapped, field: string): unknown {
  if (field === 'version') return versionOf(mapped);
  const place = mapped.places.get(field);
  if (!place) return literal(null);
  return { $cond: [fitsAt(place), place.codec.stored(`$${place.path}`), null] };
}

/** A counter that is no number is one that has not begun. */
function versionOf({ mapping: { counter } }: Mapped): Expression {
  if (counter === undefined) return literal(1);
  const raw = `$${counter}`;
  const counts = { $and: [fitsAt({ path: counter, codec: integerCodec }), { $gte: [raw, literal(0)] }] };
  return { $cond: [counts, { $add: [{ $toLong: raw }, 1] }, 1] };
}

/** Only documents whose `_id` is what the mapping says are rows. */
export function isRow(mapped: Mapped): Readonly<Record<string, unknown>> {
  const { id } = mapped.mapping;
  return id === 'objectId' ? { _id: { $type: 'objectId' } } : { $expr: idCodec(id).fits('$_id') };
}

function prefixesOf(path: string): string[] {
  const steps = path.split('.');
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join('.'));
}
