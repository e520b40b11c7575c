import type { StoredField, StoredMapping, StoredModel, StoredType } from '../store/port.ts';
import { storedMapping } from './collection.ts';
import type { ModelDefinition } from './define-model.ts';
import type { Field, FieldKind } from './field.ts';

const storedTypes: Readonly<Record<Exclude<FieldKind, 'computed'>, StoredType>> = {
  char: 'string',
  text: 'string',
  selection: 'string',
  integer: 'integer',
  float: 'float',
  monetary: 'integer',
  boolean: 'boolean',
  date: 'string',
  datetime: 'string',
  many2one: 'string',
  many2many: 'ids',
  one2many: 'ids',
  json: 'json',
};

/**
 * How a store keeps a model. `fields` are all of its fields, the system's included; `idOf`: how another model's ids stand in
 * its documents.
 */
export function storedModel({
  definition,
  fields,
  idOf,
}: {
  definition: ModelDefinition;
  fields: ReadonlyMap<string, Field>;
  idOf: (model: string) => StoredMapping['id'];
}): StoredModel {
  const { collection } = definition;
  const stored: StoredField[] = [];
  for (const [name, field] of fields) {
    if (name === 'id' || name === 'version' || field.kind === 'computed') continue;
    stored.push(storedField(name, field, storedTypes[field.kind]));
  }
  return {
    name: definition.name,
    fields: stored,
    indexes: definition.indexes ?? [],
    watched: definition.watched ?? false,
    ...(collection && { mapping: storedMapping({ collection, fields, idOf }) }),
  };
}

function storedField(name: string, field: Field, type: StoredType): StoredField {
  const isText = field.kind === 'char' || field.kind === 'text';
  const base = {
    name,
    type,
    index: field.index ?? false,
    unique: field.unique ?? false,
    searchable: isText && (field.searchable ?? false),
    folded: isText || field.kind === 'selection',
  };
  if (field.kind === 'one2many') return { ...base, relation: { model: field.to, inverse: field.inverse } };
  if (field.kind === 'many2one' || field.kind === 'many2many') return { ...base, relation: { model: field.to } };
  return base;
}
