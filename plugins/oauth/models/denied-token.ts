import { defineModel, field } from '../../../src/index.ts';

/** Access tokens that were revoked by themselves; kept until they would have run out. */
export const deniedToken = defineModel({
  name: 'oauth.denied-token',
  label: 'Revoked access token',
  description: 'Access tokens that are refused although their time is not over.',
  title: 'id',
  protected: true,
  watched: true,
  fields: {
    jti: field.char({ required: true, unique: true, sealed: true }),
    expires_at: field.datetime({ required: true, index: true }),
  },
});
