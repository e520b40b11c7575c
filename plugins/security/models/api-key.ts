import { defineModel, field } from '../../../src/index.ts';

export const apiKey = defineModel({
  name: 'security.api-key',
  label: 'API key',
  description: 'A key that stands for its user, with limits of its own. The secret itself is kept nowhere.',
  watched: true,
  order: 'name',
  fields: {
    name: field.char({ required: true, searchable: true, help: 'What the key is for.' }),
    prefix: field.char({
      required: true,
      unique: true,
      readonly: true,
      help: 'The part of the key that is no secret.',
    }),
    user: field.many2one({ to: 'base.user', required: true, readonly: true }),
    scopes: field.json({ required: true, help: 'A list of read, write, create, delete.' }),
    models: field.json({ help: 'A list of the only models it reaches. Empty: all that the user may.' }),
    fields: field.json({ help: 'The only fields it reaches, by model: {"crm.partner": ["name"]}.' }),
    allow: field.json({ help: 'A list of addresses and CIDR ranges that it may be used from. Empty: all.' }),
    deny: field.json({ help: 'A list of addresses and CIDR ranges that it may not be used from.' }),
    hours: field.char({ help: 'Such as mon-fri 08:00-18:00, in the time zone of the user. Empty: always.' }),
    rate: field.integer({ help: 'Calls within any 60 s. Empty: as the settings say.' }),
    max_sessions: field.integer({ help: 'Sessions open at a time. Empty: as the settings say.' }),
    session_idle_minutes: field.integer({ help: 'Empty: as the settings say.' }),
    session_max_minutes: field.integer({ help: 'Empty: as the settings say.' }),
    expires_at: field.datetime({ index: true, help: 'From then on it is refused.' }),
    regenerated_at: field.datetime({ readonly: true }),
    revoked_at: field.datetime({ readonly: true }),
    revoked_reason: field.char({ readonly: true }),
  },
});
