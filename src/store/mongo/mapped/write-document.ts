import { kernelErrors } from '../../../errors.ts';
import type { StoredValue } from '../../port.ts';
import type { Mapped, Place } from './mapped-model.ts';

type Values = Readonly<Record<string, StoredValue | undefined>>;

/** The document of a new row: what the mapping names, and nothing else. Throws VALUE_NOT_STORABLE. */
export function newDocument({
  model,
  mapped,
  row,
  version,
}: {
  model: string;
  mapped: Mapped;
  row: Values;
  version: number;
}): { _id: unknown; [member: string]: unknown } {
  const document: Record<string, unknown> = {};
  for (const { field, place } of placesOf(mapped, row)) {
    const value = row[field];
    if (isMissing(value)) continue;
    put(document, place.path, rawOf({ model, field, place, value }));
  }
  if (version > 1 && mapped.mapping.counter !== undefined) put(document, mapped.mapping.counter, version - 1);
  return { ...document, _id: document._id };
}

/**
 * The update that sets these values, each at its place and nowhere else, and counts the version up. Missing values are
 * taken out. Throws VALUE_NOT_STORABLE.
 */
export function documentChange({
  model,
  mapped,
  set,
}: {
  model: string;
  mapped: Mapped;
  set: Values;
}): Record<string, Record<string, unknown>> {
  const $set: Record<string, unknown> = {};
  const $unset: Record<string, true> = {};
  for (const { field, place } of placesOf(mapped, set)) {
    const value = set[field];
    if (isMissing(value)) $unset[place.path] = true;
    else $set[place.path] = rawOf({ model, field, place, value });
  }
  const { counter } = mapped.mapping;
  return {
    ...(Object.keys($set).length > 0 && { $set }),
    ...(Object.keys($unset).length > 0 && { $unset }),
    ...(counter !== undefined && { $inc: { [counter]: 1 } }),
  };
}

function placesOf(mapped: Mapped, values: Values): { field: string; place: Place }[] {
  return Object.keys(values).flatMap(field => {
    const place = mapped.places.get(field);
    return place ? [{ field, place }] : [];
  });
}

function rawOf(input: { model: string; field: string; place: Place; value: StoredValue }): unknown {
  const { model, field, place, value } = input;
  const raw = place.codec.encode(value);
  if (raw !== undefined) return raw;
  throw kernelErrors.VALUE_NOT_STORABLE({
    message: `The value of \`${field}\` cannot stand in the documents of ${model}.`,
    data: { model, field },
  });
}

function isMissing(value: StoredValue | undefined): value is null | undefined {
  return value === null || value === undefined;
}

function put(document: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop() ?? path;
  let parent = document;
  for (const step of steps) {
    const next = Object.hasOwn(parent, step) ? (parent[step] as Record<string, unknown>) : {};
    parent[step] = next;
    parent = next;
  }
  parent[last] = value;
}
