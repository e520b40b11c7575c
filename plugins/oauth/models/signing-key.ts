import { defineModel, field } from '../../../src/index.ts';

export const signingKey = defineModel({
  name: 'oauth.signing-key',
  label: 'OAuth signing key',
  description: 'What access tokens are signed with. Readable through no tool and no right.',
  title: 'kid',
  protected: true,
  watched: true,
  order: 'createdAt desc',
  fields: {
    kid: field.char({ required: true, unique: true, sealed: true, help: 'Thumbprint of the key (RFC 7638).' }),
    generation: field.integer({
      required: true,
      unique: true,
      sealed: true,
      help: 'From 1; so two instances never make two.',
    }),
    public_jwk: field.json({ required: true, sealed: true }),
    private_jwk: field.json({ required: true, sealed: true }),
    signs_from: field.datetime({
      required: true,
      sealed: true,
      help: 'Later than made, so that all have read it in the JWKS.',
    }),
    verifies_until: field.datetime({ sealed: true, index: true, help: 'Set once a later key signs.' }),
  },
});
