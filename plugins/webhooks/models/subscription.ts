import { defineModel, field } from '../../../src/index.ts';

export const subscription = defineModel({
  name: 'webhooks.subscription',
  label: 'Webhook',
  description: 'An address that is told of events, with the rights of a user. The secret that signs is kept apart.',
  protected: true,
  order: 'name',
  fields: {
    name: field.char({ required: true, searchable: true, help: 'What it is for.' }),
    url: field.char({ required: true, maxLength: 2048 }),
    user: field.many2one({ to: 'base.user', required: true, help: 'What is sent is what this user may read.' }),
    events: field.json({ required: true, help: 'A list such as record.created, call.denied.' }),
    models: field.json({ help: 'Whose records it is told of; a list.' }),
    active: field.boolean({ index: true, default: true }),
    disabled_at: field.datetime(),
    disabled_reason: field.char(),
    rotated_at: field.datetime({ help: 'When it got the secret that it has.' }),
  },
});
