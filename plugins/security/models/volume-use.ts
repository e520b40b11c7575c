import { defineModel, field } from '../../../src/index.ts';

/** One document a credential or user and day, so that one conditional update of it keeps a quota on any number of instances. */
export const volumeUse = defineModel({
  name: 'security.volume-use',
  label: 'Volume of a day',
  description: 'How many records a credential, or a user, has been given on a day (UTC).',
  title: 'subject',
  protected: true,
  fields: {
    subject: field.char({ required: true, index: true, help: 'Kind and id.' }),
    day: field.date({ required: true, index: true }),
    taken: field.integer({
      required: true,
      help: 'Records; those included that an instance has put aside for calls to come.',
    }),
  },
});
