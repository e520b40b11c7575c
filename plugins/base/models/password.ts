import { defineModel, field } from '../../../src/index.ts';

/** Apart from the user, so that no right to read users can ever show it. Same id as the user. */
export const password = defineModel({
  name: 'base.password',
  label: 'Password',
  description: 'What a typed password is compared with. Readable through no tool and no right.',
  title: 'id',
  protected: true,
  fields: {
    hash: field.char({ required: true, sealed: true, help: 'scrypt (RFC 7914) with its parameters and salt.' }),
    changed_at: field.datetime({ required: true, help: 'Browser sessions from before have ended with it.' }),
  },
});
