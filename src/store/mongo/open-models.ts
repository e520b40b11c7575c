import { setTimeout as wait } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { kernelErrors } from '../../errors.ts';
import type { StoredModel } from '../port.ts';
import { addShadows } from './add-shadows.ts';
import type { MetaDocument, MongoModel, RowDocument } from './database.ts';
import { isConflict } from './map-error.ts';
import { openMapped } from './mapped/open-mapped.ts';
import type { OnMisfit } from './mapped/read-document.ts';
import { schemaOf } from './schema.ts';

const openAttempts = 8;

export const metaCollection = 'gatehouse_store';

interface OpenInput {
  readonly client: mongo.MongoClient;
  readonly db: mongo.Db;
  readonly meta: mongo.Collection<MetaDocument>;
  readonly models: readonly StoredModel[];
  /** Told of values in the documents of a mapped model that do not fit. */
  readonly onMisfit: (model: string) => OnMisfit;
}

/**
 * Creates the collections and indexes that are missing, and what is searched beside texts that were there before. What
 * else is in the database stays as it is, the collections of mapped models among it.
 */
export async function openModels(input: OpenInput): Promise<MongoModel[]> {
  const { db, meta, models } = input;
  const there = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
  const own = new Set([metaCollection, ...models.flatMap(({ name, mapping }) => (mapping ? [] : [name]))]);
  const described = await Promise.all(models.map(definition => describe({ ...input, definition, own })));
  await Promise.all(
    described.map(async model => {
      if (model.mapped) return;
      if (!there.has(model.name)) await createCollection(db, model.name);
      await whileOthersDo(() => createIndexes(model));
      await addShadows({ model, meta });
    }),
  );
  return described;
}

async function describe({
  client,
  db,
  definition,
  own,
  onMisfit,
}: OpenInput & { definition: StoredModel; own: ReadonlySet<string> }): Promise<MongoModel> {
  if (!/^[A-Za-z][\w.-]*$/.test(definition.name) || definition.name === metaCollection) {
    throw new TypeError(`${definition.name} cannot be a model's name`);
  }
  const faulty = definition.fields.find(({ name }) => !/^[A-Za-z]\w*$/.test(name));
  if (faulty) throw new TypeError(`${definition.name}.${faulty.name} cannot be a field's name`);
  const common = {
    name: definition.name,
    definition,
    fields: new Map(definition.fields.map(field => [field.name, field])),
    stored: definition.fields.filter(field => !field.relation?.inverse),
  };
  const { mapping } = definition;
  if (!mapping) return { ...common, db, collection: db.collection<RowDocument>(definition.name) };
  const { mapped, ...place } = await openMapped({ client, db, own, definition, mapping });
  return { ...common, ...place, mapped: { ...mapped, onMisfit: onMisfit(definition.name) } };
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

/** On some servers instances that create the same indexes at the same moment get in each other's way: one goes on, the others try again. */
async function whileOthersDo(create: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (thrown) {
      if (attempt === openAttempts || !isConflict(thrown)) throw thrown;
      await wait(attempt * 100);
    }
  }
}

/** Those that are missing, in one command: some servers take a second for each. */
async function createIndexes(model: MongoModel): Promise<void> {
  const { name, definition, collection } = model;
  const wanted = schemaOf(definition).indexes();
  const there = new Set((await collection.indexes()).map(index => index.name));
  const missing = wanted.filter(([, options]) => !there.has(options.name));
  if (missing.length === 0) return;
  try {
    await collection.createIndexes(missing.map(([key, options]) => ({ ...options, key }) as mongo.IndexDescription));
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
