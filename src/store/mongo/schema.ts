import { type IndexDefinition, type IndexOptions, Schema } from 'mongoose';
import type { StoredField, StoredModel } from '../port.ts';
import { uniqueIndexName } from './index-names.ts';

const types = {
  string: String,
  integer: Number,
  float: Number,
  boolean: Boolean,
  ids: [String],
  json: String,
} as const;

/** The Mongoose schema of a model: its stored fields, what is searched beside them, and its indexes. */
export function schemaOf(model: StoredModel): Schema {
  const fields = model.fields.filter(field => !field.relation?.inverse);
  const schema = new Schema(
    {
      _id: { type: String, required: true },
      version: { type: Number, required: true },
      ...Object.fromEntries(fields.map(({ name, type }) => [name, { type: types[type] }])),
      _fold: Object.fromEntries(fields.filter(field => field.folded).map(({ name }) => [name, String])),
      _words: Object.fromEntries(fields.filter(field => field.searchable).map(({ name }) => [name, [String]])),
    },
    { versionKey: false, autoIndex: false, autoCreate: false, minimize: true },
  );
  for (const { keys, options } of [...fields.flatMap(indexesOf), ...model.indexes.map(indexOver)]) {
    schema.index(keys, options);
  }
  return schema;
}

interface Index {
  readonly keys: IndexDefinition;
  readonly options: IndexOptions & { readonly name: string };
}

function indexesOf(field: StoredField): Index[] {
  const { name, type, index, unique, searchable, relation } = field;
  const indexes: Index[] = [];
  if (unique) {
    // Only values count: a range over all of their type, which equality falls into, so that look-ups use the index too.
    const values = type === 'string' ? { $gte: '' } : { $exists: true };
    indexes.push({
      keys: { [name]: 1 },
      options: { name: uniqueIndexName(name), unique: true, partialFilterExpression: { [name]: values } },
    });
  }
  // With the id behind it, the index yields the rows in the order of `find`, ties included.
  if (index && type === 'ids') indexes.push({ keys: { [name]: 1 }, options: { name: `gatehouse_ids_${name}` } });
  else if (index) indexes.push(indexOver([name]));
  if (index && !relation && type !== 'ids' && type !== 'boolean') {
    indexes.push({ keys: { [name]: -1, _id: 1 }, options: { name: `gatehouse_down_${name}` } });
  }
  if (searchable) indexes.push({ keys: { [`_words.${name}`]: 1 }, options: { name: `gatehouse_words_${name}` } });
  return indexes;
}

function indexOver(fields: readonly string[]): Index {
  return {
    keys: { ...Object.fromEntries(fields.map((field): [string, 1] => [field === 'id' ? '_id' : field, 1])), _id: 1 },
    options: { name: `gatehouse_up_${fields.join('__')}` },
  };
}
