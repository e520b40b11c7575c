import { defineModel, field } from '../../../src/index.ts';

/** What a user has agreed to, so that the same question is not asked twice. It gives no access by itself; grants do. */
export const consent = defineModel({
  name: 'oauth.consent',
  label: 'Remembered consent',
  description: 'Scopes that a user has allowed a client which sends people back to one address.',
  title: 'id',
  protected: true,
  fields: {
    key: field.char({ required: true, unique: true, sealed: true, help: 'SHA-256 of user, client and place, hex.' }),
    user: field.char({ required: true, index: true, sealed: true, help: 'Id of the user.' }),
    client_id: field.char({ required: true, index: true, sealed: true, maxLength: 2048 }),
    scopes: field.json({ required: true, sealed: true }),
  },
});
