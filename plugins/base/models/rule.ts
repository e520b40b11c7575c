import { defineModel, field } from '../../../src/index.ts';

export const rule = defineModel({
  name: 'base.rule',
  label: 'Record rule',
  description: 'Which records of a model the members of a group may touch; without a group: a limit for everyone.',
  watched: true,
  order: 'model, name',
  fields: {
    name: field.char({ required: true }),
    model: field.char({ required: true, index: true }),
    // Restricted: a rule that lost its group would bind everyone.
    group: field.many2one({ to: 'base.group', onDelete: 'restrict' }),
    domain: field.json({
      required: true,
      help: 'Odoo notation; { "user": "id" } as a value stands for the caller. One that cannot be read closes the model.',
    }),
    read: field.boolean({ default: true }),
    write: field.boolean({ default: true }),
    create: field.boolean({ default: true }),
    delete: field.boolean({ default: true }),
  },
});
