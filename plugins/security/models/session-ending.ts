import { defineModel, field } from '../../../src/index.ts';

/** Tells every instance, within a second, of a session that was ended by hand. Same id as the session. */
export const sessionEnding = defineModel({
  name: 'security.session-ending',
  label: 'Session ending',
  description: 'A session that was ended by hand, for the instances that still serve it.',
  title: 'id',
  protected: true,
  watched: true,
  fields: { time: field.datetime({ required: true, index: true }) },
});
