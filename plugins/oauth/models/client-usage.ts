import { defineModel, field } from '../../../src/index.ts';

/** Apart from the client, because it changes all the time and a change of the client is told to everyone. Same id. */
export const clientUsage = defineModel({
  name: 'oauth.client-usage',
  label: 'OAuth client usage',
  description: 'When a client got a token the last time; clients that never did are removed after a while.',
  title: 'id',
  protected: true,
  fields: {
    last_used_at: field.datetime({ required: true, index: true }),
  },
});
