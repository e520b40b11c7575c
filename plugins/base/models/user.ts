import { defineModel, field } from '../../../src/index.ts';

export const user = defineModel({
  name: 'base.user',
  label: 'User',
  description: 'A person or a program that may hold credentials.',
  watched: true,
  order: 'login',
  fields: {
    login: field.char({ required: true, unique: true, maxLength: 100 }),
    name: field.char({ required: true, searchable: true }),
    email: field.char({ classify: 'pii', mask: 'email', searchable: true }),
    time_zone: field.char({ default: 'UTC', help: 'IANA name, such as Europe/Berlin. Allowed hours are read in it.' }),
    active: field.boolean({ default: true, help: 'A user that is not active can do nothing with any credential.' }),
    groups: field.many2many({ to: 'base.group' }),
  },
});
