import { expect, test } from 'vitest';
import { columnFor, headingFaults } from '../../../../src/cli/import/columns.ts';
import { defineModel } from '../../../../src/model/define-model.ts';
import { field } from '../../../../src/model/field.ts';
import { buildRegistry } from '../../../../src/model/registry.ts';

const definition = defineModel({
  name: 'crm.contact',
  label: 'Contact',
  description: 'A contact.',
  fields: {
    name: field.char({ required: true }),
    email: field.char({ label: 'E-mail' }),
    city: field.char({ label: 'Place' }),
    birthplace: field.char({ label: 'Place' }),
    code: field.char({ required: true, default: 'x' }),
    initial: field.computed({ from: ['name'], compute: ({ name }) => String(name).slice(0, 1) }),
  },
});
const model = buildRegistry({ models: [definition] }).registry.get('crm.contact');
if (!model) throw new Error('no model');

test.each([
  ['email', 'email'],
  ['E-mail', 'email'],
  ['e-MAIL', 'email'],
])('the column %s is for the field %s', (heading, name) => {
  expect(columnFor(model, heading)).toMatchObject({ name });
});

test.each([
  ['emial', 'Did you mean email?'],
  ['Place', 'no field'],
  ['id', 'keeps this field itself'],
  ['createdAt', 'keeps this field itself'],
  ['initial', 'derived'],
  ['__proto__', 'no field'],
  ['', 'no field'],
])('the column %j is a fault: %s', (heading, says) => {
  expect(columnFor(model, heading)).toEqual({ fault: expect.stringContaining(says) });
});

test('every fault of a heading is found, missing and doubled columns too', () => {
  expect(headingFaults(model, ['email', 'E-mail', 'nope'])).toEqual([
    { field: 'E-mail', message: 'Two columns are for this field.' },
    { field: 'nope', message: expect.stringContaining('no field') },
    { field: 'name', message: 'The field is required, and no column is for it.' },
  ]);
  expect(headingFaults(model, ['name'])).toEqual([]);
});
