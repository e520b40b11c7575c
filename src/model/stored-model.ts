import type { StoredField, StoredModel, StoredType } from '../store/port.ts';
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

/** How a store keeps a model. `fields` are all of its fields, the system's included. */
export function storedModel(definition: ModelDefinition, fields: ReadonlyMap<string, Field>): StoredModel {
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
