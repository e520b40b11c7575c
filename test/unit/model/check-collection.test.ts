import { expect, test } from 'vitest';
import type { CollectionOptions } from '../../../src/model/collection.ts';
import { defineModel, type ModelOptions } from '../../../src/model/define-model.ts';
import { field } from '../../../src/model/field.ts';
import { buildRegistry } from '../../../src/model/registry.ts';

const fields = {
  name: field.char(),
  city: field.char(),
  total: field.monetary(),
  at: field.datetime(),
  other_id: field.many2one({ to: 'a.other' }),
  other_ids: field.many2many({ to: 'a.native' }),
  size: field.computed({ from: ['name'], compute: () => 1 }),
};
const other = defineModel({
  name: 'a.other',
  label: 'Other',
  description: 'Another thing.',
  collection: { name: 'others', id: 'int' },
  fields: {},
});
const native = defineModel({ name: 'a.native', label: 'Native', description: 'Our own.', fields: {} });

function build(collection: Partial<CollectionOptions>, options: Partial<ModelOptions> = {}) {
  const thing = defineModel({
    name: 'a.thing',
    label: 'Thing',
    description: 'A thing.',
    fields,
    ...options,
    collection: { name: 'things', ...collection },
  });
  return buildRegistry({ models: [thing, other, native] });
}

test('a mapping in the terms of the store: names are paths, references are as the other model keeps its ids', () => {
  const { registry, faults } = build({
    database: 'shop',
    fields: { city: 'address.city', total: { path: 'sum', as: 'double' }, createdAt: 'created' },
  });
  expect(faults).toEqual([]);
  expect(registry.get('a.thing')?.stored.mapping).toEqual({
    collection: 'things',
    database: 'shop',
    readonly: false,
    id: 'objectId',
    counter: 'gatehouseWrites',
    fields: {
      name: { path: 'name', meaning: 'text', form: 'string', decimals: 0 },
      city: { path: 'address.city', meaning: 'text', form: 'string', decimals: 0 },
      total: { path: 'sum', meaning: 'amount', form: 'double', decimals: 2 },
      at: { path: 'at', meaning: 'datetime', form: 'date', decimals: 0 },
      other_id: { path: 'other_id', meaning: 'reference', form: 'int', decimals: 0 },
      other_ids: { path: 'other_ids', meaning: 'references', form: 'string', decimals: 0 },
      createdAt: { path: 'created', meaning: 'datetime', form: 'date', decimals: 0 },
    },
  });
});

test('what is only read has no counter of its own, and a list in it keeps records from being deleted', () => {
  const { registry } = build({ readonly: true });
  expect(registry.get('a.thing')?.stored.mapping).not.toHaveProperty('counter');
  expect(registry.get('a.native')?.referencedBy).toMatchObject([{ model: 'a.thing', onDelete: 'restrict' }]);
});

test.each<[string, Partial<CollectionOptions>, RegExp]>([
  ['a name that is none', { name: '' }, /needs the name of a collection/],
  ['a command', { name: '$cmd' }, /needs the name of a collection/],
  ['a database that cannot be', { database: 'a/b' }, /impossible name/],
  ['an id of an unknown kind', { id: 'uuid' as never }, /ids of the type uuid/],
  ['an unknown option', { idd: 'int' } as never, /unknown option idd/],
  ['a field that is not there', { fields: { nam: 'x' } }, /maps nam, which is not a stored field/],
  ['a computed field', { fields: { size: 'x' } }, /maps size, which is not a stored field/],
  ['the id', { fields: { id: 'x' } }, /maps id, which is not a stored field/],
  ['a type that does not fit', { fields: { name: { path: 'x', as: 'date' } } }, /maps name as date; expected string/],
  ['an operator', { fields: { name: '$where' } }, /no path/],
  ['an operator further in', { fields: { name: 'a.$b' } }, /no path/],
  ['an empty step', { fields: { name: 'a..b' } }, /no path/],
  ['a place in a list', { fields: { name: 'a.0' } }, /no path/],
  ['a prototype', { fields: { name: '__proto__.x' } }, /no path/],
  ['a constructor', { fields: { name: 'a.constructor' } }, /no path/],
  ['a character that ends names', { fields: { name: 'a\0b' } }, /no path/],
  ['the key', { fields: { name: '_id' } }, /no path/],
  ['a part of the key', { fields: { name: '_id.x' } }, /no path/],
  ['no path at all', { fields: { name: {} as never } }, /no path/],
  ['two fields at one place', { fields: { name: 'city' } }, /one of them stands in the other/],
  ['one field within another', { fields: { name: 'city.x' } }, /one of them stands in the other/],
  ['the counter in a field', { counter: 'name.x' }, /one of them stands in the other/],
  ['a counter that is no path', { counter: '$inc' }, /no path/],
])('%s is a fault', (_, collection, message) => {
  expect(build(collection).faults.map(fault => fault.message)).toEqual(
    expect.arrayContaining([expect.stringMatching(message)]),
  );
});

test('a mapped model neither decides nor has indexes, and what is only read is changed by no deletion', () => {
  const messages = (options: Partial<ModelOptions>, collection = {}) =>
    build(collection, options).faults.map(({ message }) => message);
  expect(messages({ watched: true })).toEqual([expect.stringMatching(/cannot be watched/)]);
  expect(messages({ indexes: [['name']] })).toEqual([expect.stringMatching(/has indexes/)]);
  const clearing = { ...fields, other_id: field.many2one({ to: 'a.other', onDelete: 'clear' }) };
  expect(messages({ fields: clearing }, { readonly: true })).toEqual([expect.stringMatching(/onDelete: 'restrict'/)]);
});
