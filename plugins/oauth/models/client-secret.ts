import { defineModel, field } from '../../../src/index.ts';

/** Apart from the client, so that no right to read clients can ever show it. Same id as the client. */
export const clientSecret = defineModel({
  name: 'oauth.client-secret',
  label: 'OAuth client secret',
  description: 'What the secret of a service is compared with. Readable through no tool and no right.',
  title: 'id',
  protected: true,
  watched: true,
  fields: {
    hash: field.char({ required: true, sealed: true, help: 'SHA-256 of the secret (256 random bits), base64url.' }),
  },
});
