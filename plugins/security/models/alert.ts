import { defineModel, field } from '../../../src/index.ts';
import { alertTypeNames, alertTypes } from '../alerts/alert-types.ts';

const types = Object.fromEntries(alertTypeNames.map(name => [name, alertTypes[name].label]));

/** One a type and subject, for good: what happens again counts on it, or opens it again. */
export const alert = defineModel({
  name: 'security.alert',
  label: 'Alert',
  description: 'Something that an admin should look at: what, about whom, how often. Set the state to resolve it.',
  title: 'subject',
  order: 'last_at desc',
  indexes: [['state', 'last_at']],
  fields: {
    type: field.selection({ options: types, required: true, readonly: true, index: true }),
    severity: field.selection({
      options: { low: 'Low', medium: 'Medium', high: 'High', critical: 'Critical' },
      required: true,
      readonly: true,
    }),
    subject: field.char({ required: true, readonly: true, help: 'Whom or what it is about.' }),
    state: field.selection({ options: { open: 'Open', resolved: 'Resolved' }, required: true, index: true }),
    note: field.text({ maxLength: 2000, help: 'What was found out, or done about it.' }),
    count: field.integer({ readonly: true, help: 'Occurrences since it was opened; seconds behind.' }),
    total: field.integer({ readonly: true, help: 'Occurrences in all.' }),
    opened_at: field.datetime({ readonly: true }),
    first_at: field.datetime({ readonly: true, help: 'The first occurrence since it was opened.' }),
    last_at: field.datetime({ readonly: true, index: true }),
    resolved_at: field.datetime({ readonly: true }),
    resolved_by: field.char({ readonly: true }),
    details: field.json({ readonly: true, help: 'Up to ten each of the addresses, users, keys, models and codes.' }),
    history: field.json({ readonly: true, help: 'The last 100 changes of state: when, who, what, note.' }),
    mailed_at: field.datetime({ readonly: true }),
    unmailed: field.boolean({ sealed: true, index: true }),
    key: field.char({ sealed: true, required: true, unique: true, maxLength: 200 }),
  },
});
