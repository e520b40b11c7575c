import type { RowDocument } from '../database.ts';
import type { Mapped } from './mapped-model.ts';
import { integerCodec } from './scalar-codecs.ts';

export type Document = Readonly<Record<string, unknown>>;

/** Told of a value that does not fit; `_id` is the document's, of whatever type it is. */
export type OnMisfit = (misfit: { field: string; path: string; _id: unknown }) => void;

/** The document as the row document that everything else works with; undefined: it is no row. */
export function readDocument({
  mapped,
  document,
  onMisfit,
}: {
  mapped: Mapped;
  document: Document;
  onMisfit: OnMisfit;
}): RowDocument | undefined {
  const values: Record<string, unknown> = {};
  for (const [field, place] of mapped.places) {
    const raw = valueAt(document, place.path);
    if (raw === null || raw === undefined) continue;
    const value = place.codec.decode(raw);
    if (value === undefined) onMisfit({ field, path: place.path, _id: document._id });
    else values[field] = value;
  }
  const { id, ...fields } = values;
  return typeof id === 'string' ? { ...fields, _id: id, version: versionIn(mapped, document) } : undefined;
}

/** Paths to what a row needs, for a projection: of everything, or of these members of a row document. */
export function projectedPaths(mapped: Mapped, members?: readonly string[]): string[] {
  const fields = members?.map(member => (member === '_id' ? 'id' : member)) ?? [...mapped.places.keys(), 'version'];
  return fields.flatMap(field => pathAt(mapped, field) ?? []);
}

/** Where a member of a row document stands; undefined: nowhere. */
export function pathAt({ places, mapping }: Mapped, field: string): string | undefined {
  if (field === 'version') return mapping.counter;
  return places.get(field === '_id' ? 'id' : field)?.path;
}

/** What stands for a list on the way to a value: it has many values there, and no codec takes it for one. */
const throughList = Symbol('a list on the way');

/** Own members only; undefined where the path leads nowhere. */
function valueAt(document: Document, path: string): unknown {
  let value: unknown = document;
  for (const step of path.split('.')) {
    if (Array.isArray(value)) return throughList;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Document)[step];
  }
  return value;
}

function versionIn({ mapping: { counter } }: Mapped, document: Document): number {
  const count = counter === undefined ? undefined : integerCodec.decode(valueAt(document, counter));
  return typeof count === 'number' && count >= 0 ? count + 1 : 1;
}
