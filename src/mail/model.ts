import { defineModel } from '../model/define-model.ts';
import { field } from '../model/field.ts';

/** The kernel's own, like the jobs: mail is sent whichever plugins are on. One record is one message to one address. */
export const mailModel = defineModel({
  name: 'gatehouse.mail',
  label: 'E-mail',
  description: 'A message to one person: waiting to be sent, sent, or given up.',
  protected: true,
  title: 'recipient',
  order: 'createdAt desc',
  indexes: [
    ['state', 'next_at'],
    ['state', 'createdAt'],
  ],
  fields: {
    recipient: field.char({ required: true, maxLength: 320, classify: 'pii', index: true }),
    subject: field.char({ required: true, sealed: true }),
    content: field.json({ sealed: true, help: 'Text and HTML; may hold a secret link, so it goes once it is sent.' }),
    key: field.char({ unique: true, sealed: true, maxLength: 600 }),
    state: field.selection({ options: { queued: 'Waiting', sent: 'Sent', failed: 'Given up' }, required: true }),
    next_at: field.datetime({
      required: true,
      help: 'When it is tried next; while it is being sent, when the lease ends.',
    }),
    attempts: field.integer({ required: true, help: 'How often sending was begun.' }),
    refusals: field.integer({ required: true, help: 'How often the mail server refused it.' }),
    error: field.text({ help: 'Why the last attempt failed.' }),
    sent_at: field.datetime(),
  },
});
