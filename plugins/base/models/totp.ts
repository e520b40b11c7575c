import { defineModel, field } from '../../../src/index.ts';

/** Same id as the user. */
export const totp = defineModel({
  name: 'base.totp',
  label: 'One-time codes',
  description: 'The secret that a user and an authenticator app share. Readable through no tool and no right.',
  title: 'id',
  protected: true,
  fields: {
    secret: field.char({ required: true, sealed: true, help: '160 random bits, base32.' }),
    last_step: field.integer({
      required: true,
      sealed: true,
      help: 'The latest 30 s whose code was used: RFC 6238, 5.2.',
    }),
    changed_at: field.datetime({ required: true }),
  },
});
