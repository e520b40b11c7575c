import { describe, expect, test } from 'vitest';
import { defineModel, type ModelOptions } from '../../../src/model/define-model.ts';
import { type Field, field } from '../../../src/model/field.ts';
import { buildRegistry } from '../../../src/model/registry.ts';
import { models } from './company.ts';

const base = { label: 'Thing', description: 'A thing.' };

function faultsOf(options: Partial<ModelOptions>): string[] {
  const thing = defineModel({ name: 'a.thing', ...base, fields: {}, ...options });
  return buildRegistry({ models: [thing, ...models] }).faults.map(({ message }) => message);
}

function faultsOfField(name: string, declared: Field): string[] {
  return faultsOf({ fields: { [name]: declared, other: field.char(), parent_id: field.many2one({ to: 'a.thing' }) } });
}

test('models without a fault: system fields around their own, and how they are stored', () => {
  const { registry, faults } = buildRegistry({ models });
  expect(faults).toEqual([]);
  const partner = registry.get('crm.partner');
  const names = [...(partner?.fields.keys() ?? [])];
  expect(names.slice(0, 3)).toEqual(['id', 'version', 'name']);
  expect(names.slice(-4)).toEqual(['createdAt', 'createdBy', 'updatedAt', 'updatedBy']);
  expect(partner?.titleField).toBe('name');
  expect(partner?.parentField).toBe('parent_id');
  const stored = new Map(partner?.stored.fields.map(({ name, ...rest }) => [name, rest]));
  const plain = { index: false, unique: false, searchable: false, folded: false };
  expect(stored.get('id')).toBe(undefined);
  expect(stored.get('initial')).toBe(undefined);
  expect(stored.get('credit')).toEqual({ ...plain, type: 'integer' });
  expect(stored.get('name')).toEqual({ ...plain, type: 'string', searchable: true, folded: true });
  expect(stored.get('kind')).toEqual({ ...plain, type: 'string', folded: true });
  expect(stored.get('email')).toEqual({ ...plain, type: 'string', searchable: true, folded: true, unique: true });
  expect(stored.get('seen')).toEqual({ ...plain, type: 'string' });
  expect(stored.get('country_id')).toEqual({
    ...plain,
    type: 'string',
    index: true,
    relation: { model: 'base.country' },
  });
  expect(stored.get('tag_ids')).toEqual({ ...plain, type: 'ids', relation: { model: 'crm.tag' } });
  expect(stored.get('order_ids')).toEqual({
    ...plain,
    type: 'ids',
    relation: { model: 'sale.order', inverse: 'partner_id' },
  });
  expect(registry.get('crm.tag')?.referencedBy).toEqual([
    { model: 'crm.partner', field: 'tag_ids', to: 'crm.tag', many: true, onDelete: 'clear' },
  ]);
  expect(registry.all().map(({ name }) => name)).toEqual(models.map(({ name }) => name).sort());
});

describe('faults of a field', () => {
  test.each<[string, string, Field, string]>([
    ['upper case', 'Name', field.char(), 'needs another name'],
    ['a dash', 'a-b', field.char(), 'needs another name'],
    ['a dot', 'a.b', field.char(), 'needs another name'],
    ['a reserved word', 'constructor', field.char(), 'needs another name'],
    ['another one', 'toString', field.char(), 'needs another name'],
    ['a system field', 'createdBy', field.char(), 'has the name of a field that every model has by itself'],
    ['case alone', 'Other'.replace('O', 'o').replace('er', 'eR'), field.char(), 'by case alone'],
    ['an unknown model', 'x', field.many2one({ to: 'no.such' }), 'refers to the model no.such, which does not exist'],
    ['an unknown inverse', 'x', field.one2many({ to: 'sale.line', inverse: 'nope' }), 'sale.line.nope'],
    ['an inverse to elsewhere', 'x', field.one2many({ to: 'sale.line', inverse: 'order_id' }), 'sale.line.order_id'],
    ['no options', 'x', field.selection({ options: {} }), 'without options'],
    ['an empty option', 'x', field.selection({ options: { '': 'x' } }), 'no usable key'],
    ['a default that is no option', 'x', field.selection({ options: { a: 'A' }, default: 'b' }), 'has a default'],
    ['a default of another type', 'x', field.integer({ default: 'one' }), 'expected a whole number'],
    ['a default with too many decimals', 'x', field.monetary({ default: 1.005 }), '2 decimals'],
    ['decimals', 'x', field.monetary({ decimals: 9 }), 'decimals'],
    ['a currency', 'x', field.monetary({ currency: 'euro' }), 'currency'],
    ['unique text', 'x', field.text({ unique: true }), 'cannot be unique'],
    ['indexed json', 'x', field.json({ index: true }), 'cannot have an index'],
    ['a length', 'x', field.char({ maxLength: 0 }), 'maxLength'],
    ['no groups', 'x', field.char({ groups: [] }), 'empty list of groups'],
    ['a mask of a number', 'x', field.integer({ mask: 'last4' }), 'cannot show a part of itself'],
    ['a mask that there is not', 'x', field.char({ mask: 'nose' as never }), 'a mask that is none of all, email'],
    ['required and cleared', 'x', field.many2one({ to: 'a.thing', required: true, onDelete: 'clear' }), 'is required'],
    ['computed from nothing', 'x', field.computed({ from: ['nope'], compute: () => 1 }), 'computed from nope'],
    ['computed from a relation', 'x', field.computed({ from: ['parent_id'], compute: () => 1 }), 'which is many2one'],
  ])('%s', (_, name, declared, said) => {
    const faults = faultsOfField(name, declared);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(said);
  });
});

describe('faults of a model', () => {
  test.each<[string, Partial<ModelOptions>, string]>([
    ['one part', { name: 'thing' }, 'lower case with two or more parts'],
    ['upper case', { name: 'a.Thing' }, 'lower case with two or more parts'],
    ['no label', { label: ' ' }, 'needs a label'],
    ['a title that is not there', { title: 'nope' }, 'The title of a.thing is the field nope'],
    ['a title that is no text', { title: 'version' }, 'not text'],
    ['an order that is not there', { order: 'nope desc' }, 'names the field nope'],
    ['an order that is none', { order: 'id sideways' }, 'the part "id sideways"'],
    ['a parent that is none', { parent: 'createdBy' }, 'not a many2one to a.thing'],
    ['an index over nothing', { indexes: [[]] }, 'an index over no field'],
    ['an index over a field that is not there', { indexes: [['nope']] }, 'an index over nope'],
    ['a url that runs', { url: 'javascript:alert({id})' }, 'must begin with'],
    ['a url without an id', { url: 'https://crm.example/' }, 'contain {id}'],
  ])('%s', (_, options, said) => {
    const faults = faultsOf(options);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(said);
  });

  test('are all reported, each with its place', () => {
    const thing = defineModel({
      name: 'Bad',
      ...base,
      fields: { __x: field.char(), a: field.many2one({ to: 'b.c' }) },
    });
    const { faults } = buildRegistry({ models: [thing] });
    expect(faults.map(({ path }) => path)).toEqual([
      ['Bad', 'name'],
      ['Bad', 'fields', '__x'],
      ['Bad', 'fields', 'a'],
    ]);
    for (const { site } of faults) expect(site?.file).toMatch(/registry\.test\.ts$/);
  });

  test('two definitions of one name: both places are named', () => {
    const one = defineModel({ name: 'a.b', ...base, fields: {} });
    const other = defineModel({ name: 'a.b', ...base, fields: {} });
    const { faults } = buildRegistry({ models: [one, other] });
    expect(faults).toHaveLength(1);
    expect(faults[0]?.message.match(/registry\.test\.ts:\d+/g)).toHaveLength(2);
  });
});

describe('extensions', () => {
  const thing = defineModel({ name: 'a.thing', ...base, fields: { name: field.char() } });

  test('add fields and indexes', () => {
    const extension = { fields: { extra: field.integer() }, indexes: [['extra']] };
    const { registry, faults } = buildRegistry({ models: [thing], extensions: [{ model: 'a.thing', extension }] });
    expect(faults).toEqual([]);
    expect(registry.get('a.thing')?.definition.fields).toHaveProperty('extra');
    expect(registry.get('a.thing')?.stored.indexes).toEqual([['extra']]);
  });

  test('that collide are named', () => {
    const extension = { fields: { name: field.char(), more: field.char() } };
    const again = { fields: { more: field.char() } };
    const { faults } = buildRegistry({
      models: [thing],
      extensions: [
        { model: 'a.thing', extension, by: 'first' },
        { model: 'a.thing', extension: again, by: 'second' },
        { model: 'a.nope', extension, by: 'third' },
      ],
    });
    expect(faults.map(({ message }) => message)).toEqual([
      'first adds the field name to a.thing, but the model itself has it already.',
      'second adds the field more to a.thing, but first has it already.',
      'third extends the model a.nope, which does not exist.',
    ]);
  });
});
