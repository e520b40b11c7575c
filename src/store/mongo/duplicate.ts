import { mongo } from 'mongoose';
import { type GatehouseError, kernelErrors } from '../../errors.ts';
import type { Filter } from './compile.ts';
import type { MongoModel, Scope } from './database.ts';
import { fieldOfIndex } from './index-names.ts';
import { mapRefusal } from './mapped/writable.ts';

/**
 * What a failed write threw, as VALUE_NOT_UNIQUE with `data: { model, field }` where a unique index refused it;
 * anything else comes back as it is. The field is told by the name of our index in the message. Where the server names
 * none, it is looked up: it is the one of `values` that a row other than those in `besides` has.
 */
export async function mapDuplicate({
  thrown,
  scope,
  model,
  values = {},
  besides,
}: {
  thrown: unknown;
  scope: Scope;
  model: MongoModel;
  values?: Readonly<Record<string, unknown>> | undefined;
  besides?: Filter;
}): Promise<unknown> {
  if (!isDuplicate(thrown)) return mapRefusal(model, thrown);
  const index = indexIn(thrown.message);
  const named = fieldOfIndex(index) ?? model.mapped?.uniqueIndexes.get(index);
  return notUnique({ model, field: named ?? (await takenField({ scope, model, values, besides })) });
}

function isDuplicate(thrown: unknown): thrown is mongo.MongoServerError {
  if (!(thrown instanceof mongo.MongoServerError)) return false;
  // The DocumentDB engine names a constraint of its own where `findAndModify` runs into it.
  return thrown.code === 11000 || /violates (exclusion|unique) constraint/.test(thrown.message);
}

/** In every server's message the index comes before the value, so that a value cannot pose as one. */
function indexIn(message: string): string {
  const found = /\bindex: (\S+)|\bIndex '([^']+)'/.exec(message);
  return found?.[1] ?? found?.[2] ?? '';
}

async function takenField({
  scope: { maxTime },
  model,
  values,
  besides,
}: {
  scope: Scope;
  model: MongoModel;
  values: Readonly<Record<string, unknown>>;
  besides: Filter | undefined;
}): Promise<string | undefined> {
  for (const { name, path } of uniquePaths(model)) {
    if (values[path] === undefined) continue;
    const taken = { [path]: { $eq: values[path] }, ...(besides ? { $nor: [besides] } : {}) };
    // Not in the session: its transaction has failed.
    if (await model.collection.findOne(taken, { maxTimeMS: maxTime })) return name;
  }
  return undefined;
}

/** What unique indexes are over; those of others may be over something that no field shows. */
function uniquePaths({ stored, mapped }: MongoModel): { name: string; path: string }[] {
  if (!mapped) return stored.flatMap(({ name, unique }) => (unique ? [{ name, path: name }] : []));
  return [...mapped.uniqueIndexes.values()].flatMap(name => {
    const place = mapped.places.get(name);
    return place ? [{ name, path: place.path }] : [];
  });
}

function notUnique({ model, field }: { model: MongoModel; field: string | undefined }): GatehouseError {
  if (field === undefined) return kernelErrors.VALUE_NOT_UNIQUE({ data: { model: model.name } });
  return kernelErrors.VALUE_NOT_UNIQUE({
    message: `The value of \`${field}\` is already used.`,
    data: { model: model.name, field },
  });
}
