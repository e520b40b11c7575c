import { defineModel, field } from '../../../src/index.ts';
import { listable, mailAddress, timeZone } from './formats.ts';

export const user = defineModel({
  name: 'base.user',
  label: 'User',
  description: 'A person or a program that may hold credentials.',
  watched: true,
  order: 'login',
  fields: {
    login: field.char({ required: true, unique: true, maxLength: 100, format: listable }),
    name: field.char({ required: true, searchable: true }),
    email: field.char({ classify: 'pii', mask: 'email', searchable: true, format: mailAddress }),
    time_zone: field.char({
      required: true,
      default: 'UTC',
      format: timeZone,
      help: 'IANA name, such as Europe/Berlin. Allowed hours are read in it.',
    }),
    active: field.boolean({ default: true, help: 'A user that is not active can do nothing with any credential.' }),
    groups: field.many2many({ to: 'base.group' }),
  },
});
