import { defineModel, field } from '../../../src/index.ts';

export const client = defineModel({
  name: 'oauth.client',
  label: 'OAuth client',
  description: 'A program that may ask users for access: Claude, ChatGPT, or a service of your own.',
  title: 'name',
  protected: true,
  watched: true,
  order: 'name',
  indexes: [['kind', 'is_used', 'registered_at']],
  fields: {
    client_id: field.char({ required: true, unique: true, readonly: true, maxLength: 2048 }),
    kind: field.selection({
      options: { dcr: 'Registered itself', cimd: 'Metadata document', service: 'Service' },
      required: true,
      readonly: true,
    }),
    name: field.char({ required: true, searchable: true, help: 'As the client says itself; nobody has checked it.' }),
    metadata: field.json({ required: true, readonly: true, help: 'In the names of RFC 7591; without secrets.' }),
    scopes: field.json({ required: true, help: 'A list of read, write, create, delete: what it may ask for at most.' }),
    user: field.many2one({ to: 'base.user', readonly: true, help: 'Of a service: whom it acts as.' }),
    is_used: field.boolean({ readonly: true, help: 'Whether it ever got a token. One that never did is removed.' }),
    registered_at: field.datetime({ required: true, readonly: true, index: true }),
    fetched_at: field.datetime({ readonly: true, help: 'When its metadata document was read last.' }),
    fresh_until: field.datetime({ readonly: true, help: 'From then on its metadata document is read again.' }),
    ended_at: field.datetime({ readonly: true, index: true }),
    ended_reason: field.char({ readonly: true }),
  },
});
