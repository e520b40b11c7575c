import { defineModel, field } from '../../../src/index.ts';

export const apiKey = defineModel({
  name: 'security.api-key',
  label: 'API key',
  description: 'A key that stands for its user, with limits of its own. The key itself is shown once and kept nowhere.',
  watched: true,
  order: 'name',
  fields: {
    name: field.char({ required: true, searchable: true, help: 'What the key is for.' }),
    prefix: field.char({
      required: true,
      unique: true,
      readonly: true,
      help: 'The part of the key that may be shown.',
    }),
    user: field.many2one({ to: 'base.user', required: true, readonly: true }),
    scopes: field.json({ required: true, help: 'A list of read, write, create, delete.' }),
    models: field.json({ help: 'A list of the only models it reaches. Empty: all that the user may.' }),
    fields: field.json({ help: 'The only fields it reaches, by model: {"crm.partner": ["name"]}.' }),
    allow: field.json({ help: 'A list of addresses and CIDR ranges that it may be used from. Empty: all.' }),
    deny: field.json({ help: 'A list of addresses and CIDR ranges that it may not be used from.' }),
    hours: field.char({ help: 'Such as mon-fri 08:00-18:00, in the time zone of the user. Empty: always.' }),
    rate: field.integer({ help: 'Calls within any 60 s. Empty: as the settings say.' }),
    records_per_day: field.integer({ help: 'Records that it may read a day (UTC). Empty: as the settings say.' }),
    max_sessions: field.integer({ help: 'Sessions open at a time. Empty: as the settings say.' }),
    session_idle_minutes: field.integer({
      help: 'Minutes without a call after which a session ends. Empty: as the settings say.',
    }),
    session_max_minutes: field.integer({
      help: 'Minutes after which a session ends however busy it is. Empty: as the settings say.',
    }),
    expires_at: field.datetime({ index: true, help: 'From then on it is refused.' }),
    no_rotation: field.boolean({ help: 'The daily job makes no successor before it expires.' }),
    successor: field.char({
      readonly: true,
      help: 'Id of the key that follows it. Set once, so there is never a second.',
    }),
    is_unclaimed: field.boolean({ readonly: true, help: 'Made by a rotation, and its owner has not fetched it yet.' }),
    told_at: field.datetime({ readonly: true, help: 'When its owner, or an admin, was told of this successor.' }),
    regenerated_at: field.datetime({ readonly: true }),
    revoked_at: field.datetime({ readonly: true }),
    revoked_reason: field.char({ readonly: true }),
  },
});
