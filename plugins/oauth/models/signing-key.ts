import { defineModel, field } from '../../../src/index.ts';

export const signingKey = defineModel({
  name: 'oauth.signing-key',
  label: 'OAuth signing key',
  description: 'What access tokens are signed with. Readable through no tool and no right.',
  title: 'id',
  protected: true,
  watched: true,
  fields: {
    kid: field.char({ required: true, unique: true, sealed: true, help: 'Thumbprint of the key (RFC 7638).' }),
    generation: field.integer({
      required: true,
      unique: true,
      sealed: true,
      help: 'From 1; the highest signs. Unique, so that two instances never make two.',
    }),
    public_jwk: field.json({ required: true, sealed: true }),
    private_jwk: field.json({ sealed: true, help: 'Gone once a later key signs.' }),
    verifies_until: field.datetime({ sealed: true, help: 'Set once a later key signs.' }),
  },
});
