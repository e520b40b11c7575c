import { defineModel, field } from '../../../src/index.ts';

/** One a claim (key prefix and address), so that a lock-out holds on every instance and outlives a restart. */
export const failedAttempts = defineModel({
  name: 'security.failed-attempts',
  label: 'Failed attempts',
  description: 'How often authentication failed with one key prefix from one address, and when the last time.',
  title: 'claim',
  protected: true,
  fields: {
    claim: field.char({ required: true }),
    count: field.integer({ required: true, help: '0: one has succeeded since.' }),
    last_at: field.datetime({ required: true, index: true }),
    noted_at: field.datetime({ required: true, index: true, help: 'When it was written down.' }),
  },
});
