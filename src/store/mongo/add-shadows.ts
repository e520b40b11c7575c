import type { mongo } from 'mongoose';
import { fold, wordsOf } from '../condition.ts';
import type { MetaDocument, MongoModel, RowDocument } from './database.ts';

const rowsAtOnce = 500;

/**
 * Adds the folded forms and word lists to rows that were written before their fields asked for them. Which fields are
 * done is remembered, so that this costs one read at the next start. A text that changes meanwhile is left alone: whoever
 * changes it writes the new forms.
 */
export async function addShadows({
  model,
  meta,
}: {
  model: MongoModel;
  meta: mongo.Collection<MetaDocument>;
}): Promise<void> {
  const shadows = model.stored.flatMap(({ name, folded, searchable }) => [
    ...(folded ? [{ field: name, path: `_fold.${name}`, of: fold }] : []),
    ...(searchable ? [{ field: name, path: `_words.${name}`, of: wordsOf }] : []),
  ]);
  const _id = `model-${model.name}`;
  const known = await meta.findOne({ _id });
  const done = known?.shadows ?? [];
  const missing = shadows.filter(({ path }) => !done.includes(path));
  if (missing.length === 0) return;
  for (const shadow of missing) await addShadow({ collection: model.collection, ...shadow });
  await meta.updateOne(
    { _id },
    { $addToSet: { shadows: { $each: missing.map(({ path }) => path) } } },
    { upsert: true },
  );
}

async function addShadow({
  collection,
  field,
  path,
  of,
}: {
  collection: mongo.Collection<RowDocument>;
  field: string;
  path: string;
  of: (text: string) => unknown;
}): Promise<void> {
  let after = '';
  for (;;) {
    const lacking = { _id: { $gt: after }, [field]: { $type: 'string' }, [path]: { $exists: false } };
    const rows = await collection
      .find(lacking, { sort: { _id: 1 }, limit: rowsAtOnce, projection: { [field]: 1 } })
      .toArray();
    const last = rows.at(-1);
    if (!last) return;
    await collection.bulkWrite(
      rows.map(row => {
        const text = String(row[field]);
        return {
          updateOne: { filter: { _id: row._id, [field]: { $eq: text } }, update: { $set: { [path]: of(text) } } },
        };
      }),
      { ordered: false },
    );
    after = last._id;
  }
}
