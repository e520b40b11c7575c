import { defineModel, field } from '../../../src/index.ts';

export const country = defineModel({
  name: 'crm.country',
  label: 'Country',
  description: 'A country that customers are in.',
  order: 'name',
  fields: {
    name: field.char({ required: true, unique: true, searchable: true }),
    code: field.char({ required: true, unique: true, maxLength: 2, help: 'ISO 3166-1, two letters.' }),
  },
});
