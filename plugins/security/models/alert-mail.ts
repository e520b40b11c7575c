import { defineModel, field } from '../../../src/index.ts';

/** One document a type, so that one conditional update of it bounds the mails on any number of instances. */
export const alertMail = defineModel({
  name: 'security.alert-mail',
  label: 'Alert mails',
  description: 'How many mails about alerts of a type have gone out of late.',
  title: 'type',
  protected: true,
  fields: {
    type: field.char({ required: true, unique: true }),
    since: field.datetime({ required: true }),
    sent: field.integer({ required: true }),
    locked_until: field.datetime({ help: 'An instance is writing a mail.' }),
  },
});
