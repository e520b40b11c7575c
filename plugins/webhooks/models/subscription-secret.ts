import { defineModel, field } from '../../../src/index.ts';

/** Apart from the webhook, so that no right to read webhooks can ever show it. Same id as the webhook. */
export const subscriptionSecret = defineModel({
  name: 'webhooks.subscription-secret',
  label: 'Webhook secret',
  description: 'What deliveries are signed with. Readable through no tool and no right.',
  title: 'id',
  protected: true,
  fields: {
    current: field.char({ required: true, sealed: true }),
    previous: field.char({ sealed: true, help: 'The one before, which signs as well for a time.' }),
    previous_until: field.datetime(),
  },
});
