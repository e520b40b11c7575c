import { defineModel, field } from '../../../src/index.ts';

/**
 * What the authorization server keeps for a while: codes, refresh tokens, interactions, the ids of access tokens and of
 * assertions that were used. By a hash of what the client holds, never by that itself.
 */
export const artifact = defineModel({
  name: 'oauth.artifact',
  label: 'OAuth artifact',
  description: 'Codes, refresh tokens and the like, by their hashes. Readable through no tool and no right.',
  title: 'id',
  protected: true,
  indexes: [['grant', 'kind']],
  fields: {
    key: field.char({ required: true, unique: true, sealed: true, help: 'SHA-256 of kind and value, base64url.' }),
    kind: field.char({ required: true, sealed: true }),
    grant: field.char({ sealed: true, help: 'The grant that it belongs to.' }),
    payload: field.json({ required: true, sealed: true }),
    expires_at: field.datetime({ required: true, index: true, sealed: true }),
    consumed_at: field.datetime({ sealed: true, help: 'When it was used, the first time.' }),
  },
});
