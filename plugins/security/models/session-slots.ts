import { defineModel, field } from '../../../src/index.ts';

/** One document a credential, so that one conditional update of it keeps a limit exact on any number of instances. */
export const sessionSlots = defineModel({
  name: 'security.session-slots',
  label: 'Session slots',
  description: 'Which sessions of a credential are open. Same id as the credential.',
  title: 'id',
  protected: true,
  fields: {
    open: field.json({ required: true, help: 'Open sessions: id, client, when started.' }),
    ended: field.json({ required: true, help: 'Clients whose session was ended, and until when they get no other.' }),
  },
});
