import { defineModel, field } from '../../../src/index.ts';

export const access = defineModel({
  name: 'base.access',
  label: 'Group access',
  description: 'What the members of a group may do with a model; without a group: what everyone may.',
  title: 'model',
  watched: true,
  order: 'model',
  fields: {
    model: field.char({ required: true, index: true }),
    // Restricted: an entry that lost its group would speak for everyone.
    group: field.many2one({ to: 'base.group', onDelete: 'restrict' }),
    read: field.boolean(),
    write: field.boolean(),
    create: field.boolean(),
    delete: field.boolean(),
  },
});
