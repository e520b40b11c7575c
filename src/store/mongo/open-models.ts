import { type Connection, mongo } from 'mongoose';
import { kernelErrors } from '../../errors.ts';
import type { StoredModel } from '../port.ts';
import { addShadows } from './add-shadows.ts';
import type { MetaDocument, MongoModel, RowDocument } from './database.ts';
import { schemaOf } from './schema.ts';

export const metaCollection = 'gatehouse_store';

/**
 * Creates the collections and indexes that are missing, and what is searched beside texts that were there before. What
 * else is in the database stays as it is.
 */
export async function openModels({
  connection,
  db,
  meta,
  models,
}: {
  connection: Connection;
  db: mongo.Db;
  meta: mongo.Collection<MetaDocument>;
  models: readonly StoredModel[];
}): Promise<MongoModel[]> {
  const there = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
  const opened: MongoModel[] = [];
  for (const definition of models) {
    const model = describe({ db, definition });
    if (!there.has(definition.name)) await createCollection(db, definition.name);
    await createIndexes({ connection, model });
    await addShadows({ model, meta });
    opened.push(model);
  }
  return opened;
}

function describe({ db, definition }: { db: mongo.Db; definition: StoredModel }): MongoModel {
  if (!/^[A-Za-z][\w.-]*$/.test(definition.name) || definition.name === metaCollection) {
    throw new TypeError(`${definition.name} cannot be a model's name`);
  }
  const faulty = definition.fields.find(({ name }) => !/^[A-Za-z]\w*$/.test(name));
  if (faulty) throw new TypeError(`${definition.name}.${faulty.name} cannot be a field's name`);
  return {
    name: definition.name,
    definition,
    fields: new Map(definition.fields.map(field => [field.name, field])),
    stored: definition.fields.filter(field => !field.relation?.inverse),
    collection: db.collection<RowDocument>(definition.name),
  };
}

/** Another instance may do the same at the same moment. */
async function createCollection(db: mongo.Db, name: string): Promise<void> {
  try {
    await db.createCollection(name);
  } catch (thrown) {
    const [found] = await db.listCollections({ name }, { nameOnly: true }).toArray();
    if (!found) throw thrown;
  }
}

async function createIndexes({ connection, model }: { connection: Connection; model: MongoModel }): Promise<void> {
  const { name, definition } = model;
  if (connection.models[name]) connection.deleteModel(name);
  try {
    await connection.model(name, schemaOf(definition), name).createIndexes();
  } catch (thrown) {
    // Not every server says that duplicates were the reason, or of which field: the data tell.
    const field = thrown instanceof mongo.MongoServerError ? await repeatedField(model) : undefined;
    if (field === undefined) throw thrown;
    throw kernelErrors.CONFIG_INVALID({
      message: `Records of ${name} share a value of \`${field}\`, which is declared unique. Make the values different, or the field not unique.`,
    });
  }
}

async function repeatedField({ stored, collection }: MongoModel): Promise<string | undefined> {
  for (const { name, unique } of stored) {
    if (!unique) continue;
    const pipeline = [
      { $match: { [name]: { $ne: null } } },
      { $group: { _id: `$${name}`, rows: { $sum: 1 } } },
      { $match: { rows: { $gt: 1 } } },
      { $limit: 1 },
    ];
    if ((await collection.aggregate(pipeline).toArray()).length > 0) return name;
  }
  return undefined;
}
