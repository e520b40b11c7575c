import type { BsonForm, MappedField, MappedMeaning } from '../../src/store/mapping.ts';
import type { StoredField, StoredModel, StoredType } from '../../src/store/port.ts';

/** Models on collections of others: ids of every kind, every type, and one model of our own that refers to them. */
export const mappedModels: readonly StoredModel[] = [
  {
    ...model('shop.customer', [
      { ...stored('name', 'string'), searchable: true, folded: true },
      { ...stored('email', 'string'), unique: true },
      stored('limit', 'integer'),
      stored('since', 'string'),
      stored('seen', 'string'),
      stored('visits', 'integer'),
      stored('rating', 'float'),
      stored('active', 'boolean'),
      { ...stored('parent_id', 'string'), relation: { model: 'shop.customer' } },
      { ...stored('label_ids', 'ids'), relation: { model: 'shop.label' } },
      { ...stored('order_ids', 'ids'), relation: { model: 'shop.order', inverse: 'customer_id' } },
      { ...stored('note_ids', 'ids'), relation: { model: 'own.note', inverse: 'customer_id' } },
      stored('extra', 'json'),
      stored('createdAt', 'string'),
    ]),
    mapping: {
      collection: 'customers',
      readonly: false,
      id: 'objectId',
      counter: 'gatehouseWrites',
      fields: {
        name: at('fullName', 'text', 'string'),
        email: at('contact.email', 'text', 'string'),
        limit: { ...at('limit', 'amount', 'decimal'), decimals: 2 },
        since: at('since', 'date', 'date'),
        seen: at('seen', 'datetime', 'date'),
        visits: at('visits', 'integer', 'int'),
        rating: at('rating', 'float', 'double'),
        active: at('active', 'boolean', 'bool'),
        parent_id: at('parent', 'reference', 'objectId'),
        label_ids: at('tags', 'references', 'objectId'),
        extra: at('extra', 'json', 'object'),
      },
    },
  },
  {
    ...model('shop.order', [{ ...stored('customer_id', 'string'), relation: { model: 'shop.customer' } }]),
    mapping: {
      collection: 'orders',
      readonly: false,
      id: 'int',
      counter: 'meta.writes',
      fields: { customer_id: at('customer', 'reference', 'string') },
    },
  },
  {
    ...model('shop.label', [stored('name', 'string')]),
    mapping: { collection: 'labels', readonly: true, id: 'objectId', fields: { name: at('name', 'text', 'string') } },
  },
  model('own.note', [
    { ...stored('customer_id', 'string'), relation: { model: 'shop.customer' } },
    { ...stored('order_id', 'string'), relation: { model: 'shop.order' } },
  ]),
];

function model(name: string, fields: readonly StoredField[]): StoredModel {
  return { name, fields, indexes: [], watched: false };
}

function stored(name: string, type: StoredType): StoredField {
  return { name, type, index: false, unique: false, searchable: false, folded: false };
}

function at(path: string, meaning: MappedMeaning, form: BsonForm): MappedField {
  return { path, meaning, form, decimals: 0 };
}
