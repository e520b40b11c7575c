import type { StoredValue } from '../port.ts';
import { commandOptions, type MongoModel, type Scope } from './database.ts';
import { encodeRow } from './document.ts';
import { mapDuplicate } from './duplicate.ts';

/** Inserts rows in order, in as few commands as the server takes; the first failure ends it. Throws VALUE_NOT_UNIQUE. */
export async function insertRows({
  scope,
  model,
  rows,
}: {
  scope: Scope;
  model: MongoModel;
  rows: readonly Readonly<Record<string, StoredValue>>[];
}): Promise<void> {
  const documents = rows.map(row => encodeRow(model, row));
  const [only] = documents;
  try {
    if (only && documents.length === 1) await model.collection.insertOne(only, commandOptions(scope));
    else await model.collection.insertMany(documents, { ...commandOptions(scope), ordered: true });
  } catch (thrown) {
    throw await mapDuplicate({ thrown, scope, model, values: documents.length === 1 ? only : undefined });
  }
}
