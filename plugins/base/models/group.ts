import { defineModel, field } from '../../../src/index.ts';
import { listable } from './formats.ts';

export const group = defineModel({
  name: 'base.group',
  label: 'Group',
  description: 'A group of users that rights are given to; who is in it is also in the groups that it implies.',
  watched: true,
  order: 'name',
  fields: {
    name: field.char({
      required: true,
      unique: true,
      maxLength: 100,
      format: listable,
      help: 'What policies call it, such as sales.',
    }),
    label: field.char({ required: true, help: 'What people call it.' }),
    implies: field.many2many({ to: 'base.group', help: 'Groups that its members are in as well.' }),
    source: field.selection({
      options: { config: 'Config file', stored: 'Store' },
      default: 'stored',
      readonly: true,
      help: 'A group of the config file means what the file says at the moment, and nothing once it is gone from there.',
    }),
  },
});
