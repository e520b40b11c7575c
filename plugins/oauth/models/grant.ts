import { defineModel, field } from '../../../src/index.ts';

export const grant = defineModel({
  name: 'oauth.grant',
  label: 'Connected app',
  description: 'What a user has allowed a client. All tokens that come from one authorization belong to one grant.',
  title: 'client_name',
  protected: true,
  watched: true,
  order: 'createdAt desc',
  indexes: [['user', 'client_id']],
  fields: {
    user: field.many2one({ to: 'base.user', required: true, readonly: true }),
    client_id: field.char({ required: true, readonly: true, index: true, maxLength: 2048 }),
    client_name: field.char({ required: true, readonly: true, help: 'As it was shown to the user.' }),
    scopes: field.json({ required: true, readonly: true, help: 'A list of read, write, create, delete.' }),
    resource: field.char({ required: true, readonly: true }),
    revoked_at: field.datetime({ readonly: true, index: true }),
    revoked_reason: field.char({ readonly: true }),
    payload: field.json({ required: true, sealed: true, help: 'As the authorization server keeps it.' }),
  },
});
