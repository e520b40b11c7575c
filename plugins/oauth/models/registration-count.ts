import { defineModel, field } from '../../../src/index.ts';

/** One row a minute and kind: counted up by one conditional update, so the limit holds for all instances together. */
export const registrationCount = defineModel({
  name: 'oauth.registration-count',
  label: 'OAuth registrations',
  description: 'How many clients have made themselves known within a minute.',
  title: 'id',
  protected: true,
  fields: {
    window: field.char({ required: true, unique: true, sealed: true, help: 'Kind and minute.' }),
    count: field.integer({ required: true, sealed: true }),
    expires_at: field.datetime({ required: true, index: true, sealed: true }),
  },
});
