import { mongo } from 'mongoose';
import { type GatehouseError, kernelErrors } from '../../../errors.ts';
import type { StoredValue } from '../../port.ts';
import type { Filter } from '../compile.ts';
import { commandOptions, type MongoModel, type Scope } from '../database.ts';
import { mayBeSet } from './mapped-model.ts';
import { type Document, readDocument } from './read-document.ts';

type Values = Readonly<Record<string, StoredValue>>;

/** PathNotViable, TypeMismatch, DocumentValidationFailure: the document, or the rules of its collection, refuse. */
const refusals: ReadonlySet<number> = new Set([28, 14, 121]);

/** A further condition of an update: true of the documents in which these fields can be set. Any, of our own documents. */
export function writable(model: MongoModel, set: Values): Filter[] {
  return model.mapped ? [mayBeSet(model.mapped, Object.keys(set))] : [];
}

/**
 * RECORD_NOT_WRITABLE where one of the documents holds an embedded document that could not be read whole: how deep and
 * long one is, the server's conditions cannot tell. Somebody else's write in the very next moment goes unseen.
 */
export async function requireReadable(input: {
  scope: Scope;
  model: MongoModel;
  filter: Filter;
  set: Values;
}): Promise<void> {
  const { scope, model, filter, set } = input;
  const { mapped, fields } = model;
  const embedded = Object.keys(set).filter(name => fields.get(name)?.type === 'json' && mapped?.places.has(name));
  if (!mapped || embedded.length === 0) return;
  const paths = embedded.flatMap(name => mapped.places.get(name)?.path ?? []);
  const projection = Object.fromEntries(paths.map(path => [path, 1]));
  const found = model.collection.find<Document>(filter, { ...commandOptions(scope), projection, batchSize: 100 });
  for await (const document of found) {
    readDocument({ mapped, document, onMisfit: () => fail(model) });
  }
}

function fail(model: MongoModel): never {
  throw notWritable(model);
}

export function notWritable(model: MongoModel, cause?: unknown): GatehouseError {
  return kernelErrors.RECORD_NOT_WRITABLE({ data: { model: model.name }, ...(cause !== undefined && { cause }) });
}

/** What a failed write to somebody else's collection threw: RECORD_NOT_WRITABLE where its documents do not allow it. */
export function mapRefusal(model: MongoModel, thrown: unknown): unknown {
  const isRefusal = thrown instanceof mongo.MongoServerError && refusals.has(Number(thrown.code));
  return model.mapped && isRefusal ? notWritable(model, thrown) : thrown;
}
