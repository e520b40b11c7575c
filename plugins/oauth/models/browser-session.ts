import { defineModel, field } from '../../../src/index.ts';

export const browserSession = defineModel({
  name: 'oauth.browser-session',
  label: 'Browser session',
  description:
    'Somebody who has signed in on the pages of the authorization server. Readable through no tool and no right.',
  title: 'id',
  protected: true,
  fields: {
    token_hash: field.char({ required: true, unique: true, sealed: true, help: 'SHA-256 of the cookie, base64url.' }),
    user: field.char({ required: true, index: true, sealed: true, help: 'Id of the user.' }),
    is_complete: field.boolean({ sealed: true, help: 'False: the password was right, and a code is to follow.' }),
    signed_in_for: field.char({ sealed: true, help: 'The authorization request that it was begun for.' }),
    started_at: field.datetime({ required: true, sealed: true }),
    seen_at: field.datetime({ required: true, sealed: true }),
    expires_at: field.datetime({ required: true, index: true, sealed: true }),
  },
});
