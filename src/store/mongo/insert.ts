import { commandOptions, type MongoModel, type Scope } from './database.ts';
import { encodeRow, type InsertOperation } from './document.ts';
import { mapDuplicate } from './duplicate.ts';

/** Inserts rows in order, in as few commands as the server takes; the first failure ends it. Throws VALUE_NOT_UNIQUE. */
export async function insertRows({
  scope,
  model,
  inserts,
}: {
  scope: Scope;
  model: MongoModel;
  inserts: readonly InsertOperation[];
}): Promise<void> {
  const documents = inserts.map(insert => encodeRow(model, insert));
  const [only] = documents;
  try {
    if (only && documents.length === 1) await model.collection.insertOne(only, commandOptions(scope));
    else await model.collection.insertMany(documents, { ...commandOptions(scope), ordered: true });
  } catch (thrown) {
    throw await mapDuplicate({ thrown, scope, model, values: documents.length === 1 ? only : undefined });
  }
}
