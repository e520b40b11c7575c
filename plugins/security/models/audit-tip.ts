import { defineModel, field } from '../../../src/index.ts';

/** One a chain; its id is the chain's. */
export const auditTip = defineModel({
  name: 'security.audit-tip',
  label: 'Audit tip',
  description: 'The newest entry and the newest head of a chain of the log.',
  title: 'head_hash',
  protected: true,
  fields: {
    time: field.datetime({ required: true }),
    sequence: field.integer(),
    entry_hash: field.char(),
    head: field.integer(),
    head_hash: field.char(),
    signature: field.char(),
    signed_with: field.char(),
  },
});
