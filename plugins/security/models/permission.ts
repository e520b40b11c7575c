import { defineModel, field } from '../../../src/index.ts';

export const permission = defineModel({
  name: 'security.permission',
  label: 'Permission',
  description: 'What AI clients may do with a model at all, on top of group access and record rules.',
  title: 'model',
  watched: true,
  order: 'model',
  fields: {
    model: field.char({ required: true, index: true }),
    // Said outright: a permission that lost its groups must not become one for everyone.
    everyone: field.boolean({ help: 'It holds for every user; otherwise for the members of the groups.' }),
    groups: field.many2many({ to: 'base.group' }),
    read: field.boolean(),
    write: field.boolean(),
    create: field.boolean(),
    delete: field.boolean(),
  },
});
