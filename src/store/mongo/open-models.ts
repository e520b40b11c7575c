import type { Connection, mongo } from 'mongoose';
import { GatehouseError, kernelErrors } from '../../errors.ts';
import type { StoredModel } from '../port.ts';
import { addShadows } from './add-shadows.ts';
import type { MetaDocument, MongoModel, RowDocument } from './database.ts';
import { mapDuplicate } from './map-error.ts';
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
    await createIndexes({ connection, definition });
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

async function createIndexes({
  connection,
  definition,
}: {
  connection: Connection;
  definition: StoredModel;
}): Promise<void> {
  const { name } = definition;
  if (connection.models[name]) connection.deleteModel(name);
  try {
    await connection.model(name, schemaOf(definition), name).createIndexes();
  } catch (thrown) {
    const error = mapDuplicate({ thrown, model: name });
    if (!(error instanceof GatehouseError)) throw error;
    throw kernelErrors.CONFIG_INVALID({
      message: `Records of ${name} share a value of \`${String(error.data?.field)}\`, which is declared unique. Make the values different, or the field not unique.`,
    });
  }
}
