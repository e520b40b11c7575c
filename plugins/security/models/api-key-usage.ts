import { defineModel, field } from '../../../src/index.ts';

/** Apart from the key, because it changes all the time and a change of the key is told to everyone. Same id as the key. */
export const apiKeyUsage = defineModel({
  name: 'security.api-key-usage',
  label: 'API key usage',
  description: 'How often a key was used, and when and from where the last time; seconds behind.',
  title: 'id',
  protected: true,
  fields: {
    count: field.integer({ required: true }),
    last_used_at: field.datetime({ index: true }),
    last_address: field.char(),
  },
});
