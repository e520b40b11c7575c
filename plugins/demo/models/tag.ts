import { defineModel, field } from '../../../src/index.ts';

export const tag = defineModel({
  name: 'crm.tag',
  label: 'Tag',
  description: 'A word that sorts contacts, such as Hotel or VIP.',
  order: 'name',
  fields: {
    name: field.char({ required: true, unique: true, searchable: true }),
  },
});
