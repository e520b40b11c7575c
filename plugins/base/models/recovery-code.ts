import { defineModel, field } from '../../../src/index.ts';

export const recoveryCode = defineModel({
  name: 'base.recovery-code',
  label: 'Recovery code',
  description: 'A single-use code for a user who has lost the authenticator app. The code itself is kept nowhere.',
  title: 'id',
  protected: true,
  fields: {
    owner: field.char({ required: true, index: true, help: 'Id of the user.' }),
    hash: field.char({ required: true, unique: true, sealed: true, help: 'SHA-256 of the code, hex.' }),
  },
});
