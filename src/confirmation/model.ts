import { defineModel } from '../model/define-model.ts';
import { field } from '../model/field.ts';

/** The kernel's own: what a caller was asked to agree to, until it expires. */
export const confirmationModel = defineModel({
  name: 'gatehouse.confirmation',
  label: 'Confirmation',
  description: 'Something that a caller was asked to confirm: until when that counts, and whether it has been used.',
  protected: true,
  title: 'id',
  fields: {
    token_hash: field.char({ required: true, unique: true, sealed: true, help: 'SHA-256 of the token or the state.' }),
    binding: field.char({
      required: true,
      sealed: true,
      help: 'SHA-256 of way, credential, user, tool and arguments.',
    }),
    basis: field.char({ required: true, sealed: true, help: 'SHA-256 of what the summary was made from.' }),
    expires_at: field.datetime({ required: true, index: true }),
    is_used: field.boolean({ required: true }),
  },
});
