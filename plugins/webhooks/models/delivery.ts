import { defineModel, field } from '../../../src/index.ts';

/** The outbox, the log and the dead-letter list in one: a row is one event for one webhook. Its id is the `webhook-id`. */
export const delivery = defineModel({
  name: 'webhooks.delivery',
  label: 'Webhook delivery',
  description:
    'One event for one webhook: waiting, delivered, left out because its user may not know of it, or given up.',
  title: 'event',
  protected: true,
  order: 'occurred_at desc',
  indexes: [
    ['state', 'next_at'],
    ['subscription', 'state', 'next_at'],
    ['subscription', 'record', 'state', 'sequence'],
    ['state', 'updatedAt'],
  ],
  fields: {
    subscription: field.many2one({ to: 'webhooks.subscription', required: true, onDelete: 'cascade' }),
    event: field.char({ required: true }),
    occurred_at: field.datetime({ required: true, index: true }),
    model: field.char({ required: true }),
    record: field.char({ required: true }),
    sequence: field.integer({
      required: true,
      help: "The record's version with this event; 0 where order is of no matter.",
    }),
    trace: field.char({ help: 'The traceparent of the call that caused it, where its client sent one.' }),
    left_out: field.integer({ required: true, help: 'Security events before it that were too many to be told.' }),
    state: field.selection({
      options: { queued: 'Waiting', delivered: 'Delivered', skipped: 'Not for its user', dead: 'Given up' },
      required: true,
    }),
    queued_at: field.datetime({ required: true, help: 'When it was stored, or replayed last.' }),
    next_at: field.datetime({
      required: true,
      help: 'When it is tried next; while it is being sent, when the lease ends.',
    }),
    attempts: field.integer({ required: true, help: 'How often sending was begun, replays included.' }),
    failures: field.integer({ required: true, help: 'How often it failed since it was stored or replayed last.' }),
    last_attempt_at: field.datetime(),
    duration_ms: field.integer({ help: 'Of the last attempt.' }),
    response_status: field.integer({ help: 'Of the last attempt that was answered.' }),
    response_body: field.text({ maxLength: 1000, help: 'The beginning of that answer.' }),
    reason: field.text({ help: 'Why it failed, was left out, or was given up.' }),
    replays: field.integer({ required: true }),
  },
});
