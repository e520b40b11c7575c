import type { mongo } from 'mongoose';
import { kernelErrors } from '../../../errors.ts';
import type { StoredMapping } from '../../mapping.ts';
import type { StoredModel } from '../../port.ts';
import type { RowDocument } from '../database.ts';
import { describeMapping, type Mapped } from './mapped-model.ts';

/** Of the server itself. */
const serverDatabases: ReadonlySet<string> = new Set(['admin', 'local', 'config']);

export interface OpenedCollection {
  readonly db: mongo.Db;
  readonly collection: mongo.Collection<RowDocument>;
  readonly mapped: Mapped;
}

/**
 * The collection of a mapped model, looked at and left as it is. CONFIG_INVALID where there is none, where it is
 * Gatehouse's own (`own`: its collections in `db`) or the server's, and where a field is declared unique that the
 * collection does not keep unique.
 */
export async function openMapped(input: {
  client: mongo.MongoClient;
  db: mongo.Db;
  own: ReadonlySet<string>;
  definition: StoredModel;
  mapping: StoredMapping;
}): Promise<OpenedCollection> {
  const { client, definition, mapping, own } = input;
  const db = mapping.database === undefined ? input.db : client.db(mapping.database);
  const where = `${db.databaseName}.${mapping.collection}`;
  const isOwn = db.databaseName === input.db.databaseName && own.has(mapping.collection);
  if (isOwn || serverDatabases.has(db.databaseName) || mapping.collection.startsWith('system.')) {
    throw faulty(definition, `${where} is not a collection of records of others.`);
  }
  const [found] = await db.listCollections({ name: mapping.collection }).toArray();
  if (!found) throw faulty(definition, `There is no collection ${where}.`);
  const isView = found.type === 'view';
  if (isView && !mapping.readonly) throw faulty(definition, `${where} is a view: map it with readonly: true.`);
  const collection = db.collection<RowDocument>(mapping.collection);
  const uniqueIndexes = isView ? new Map<string, string>() : await uniqueFields({ collection, mapping });
  const kept = new Set(uniqueIndexes.values());
  const unkept = definition.fields.find(({ name, unique }) => unique && !kept.has(name));
  if (unkept) {
    throw faulty(
      definition,
      `The field ${unkept.name} is declared unique, but ${where} has no unique index over it alone. Create the index, or take unique away.`,
    );
  }
  return { db, collection, mapped: describeMapping({ mapping, uniqueIndexes }) };
}

/** The field of every unique index over one mapped path; an index over a part of the documents guards only that part. */
async function uniqueFields({
  collection,
  mapping,
}: {
  collection: mongo.Collection<RowDocument>;
  mapping: StoredMapping;
}): Promise<Map<string, string>> {
  const byPath = new Map(Object.entries(mapping.fields).map(([field, { path }]) => [path, field]));
  const fields = new Map<string, string>();
  for (const { name, key, unique, partialFilterExpression } of await collection.indexes()) {
    const [path, ...others] = Object.keys(key);
    const field = path === undefined || others.length > 0 ? undefined : byPath.get(path);
    if (unique && name !== undefined && field !== undefined && !partialFilterExpression) fields.set(name, field);
  }
  return fields;
}

function faulty({ name }: StoredModel, message: string): Error {
  return kernelErrors.CONFIG_INVALID({ message: `The model ${name} cannot be mapped. ${message}` });
}
