import { defineModel, field } from '../../../src/index.ts';

/** Same id as the credential. */
export const credentialBaseline = defineModel({
  name: 'security.credential-baseline',
  label: 'Usual activity',
  description: 'Which models a credential has used of late, and how many records a day; seconds behind.',
  title: 'id',
  protected: true,
  fields: {
    since: field.datetime({ required: true }),
    models: field.json({ required: true, help: 'The last day (UTC) on which each model was used; 200 at most.' }),
    days: field.json({ required: true, help: 'Records reached on each of the last 28 days (UTC).' }),
  },
});
