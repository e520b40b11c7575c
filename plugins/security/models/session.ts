import { defineModel, field } from '../../../src/index.ts';

export const session = defineModel({
  name: 'security.session',
  label: 'Session',
  description: 'The calls of one credential from one client, from the first to the last.',
  title: 'id',
  protected: true,
  order: 'started_at desc',
  fields: {
    credential_kind: field.char({ required: true }),
    credential_id: field.char({ required: true, index: true }),
    credential_label: field.char({ help: 'Of a key: its prefix.' }),
    user: field.many2one({ to: 'base.user', onDelete: 'cascade' }),
    client_name: field.char(),
    client_version: field.char(),
    user_agent: field.char(),
    addresses: field.json({ help: 'Up to 20 addresses that it was used from.' }),
    started_at: field.datetime({ index: true }),
    last_activity: field.datetime({ index: true, help: 'Seconds behind.' }),
    request_count: field.integer({ help: 'Seconds behind.' }),
    state: field.selection({ options: { active: 'Active', ended: 'Ended' }, index: true }),
    ended_at: field.datetime({ index: true }),
    end_reason: field.selection({
      options: {
        idle: 'Idle',
        max_age: 'Maximum age',
        pushed_out: 'Pushed out by a newer one',
        by_hand: 'Ended by hand',
        closed: 'Closed by the client',
      },
    }),
  },
});
