import { defineModel, field } from '../../../src/index.ts';

/** Same id as the key that it hands over. Of the link only a hash is kept, and of the key nothing: it is made when it is fetched. */
export const keyHandover = defineModel({
  name: 'security.key-handover',
  label: 'Key handover',
  description: 'A single-use link with which the owner of a rotated key fetches the new one.',
  title: 'id',
  protected: true,
  fields: {
    token_hash: field.char({ required: true, unique: true, help: 'SHA-256 of what is in the link, hex.' }),
    expires_at: field.datetime({ required: true, index: true }),
    used_at: field.datetime(),
  },
});
