import { defineModel, field } from '../../../src/index.ts';

export const auditHead = defineModel({
  name: 'security.audit-head',
  label: 'Audit head',
  description: 'How far the chains of the log had come at a moment: what shows that entries were taken out.',
  title: 'kind',
  protected: true,
  order: 'time desc',
  indexes: [['chain', 'number']],
  fields: {
    time: field.datetime({ required: true, index: true }),
    kind: field.char({ help: 'begin, daily, stop, end (after a write that failed) or retention.' }),
    chain: field.char({ help: 'Whose head it is.' }),
    number: field.integer({ help: 'From 1 within the chain.' }),
    previous: field.char({ help: 'The hash of the head before.' }),
    sequence: field.integer({ help: 'The newest entry of the chain.' }),
    entry_hash: field.char({ help: 'The hash of that entry.' }),
    attempted: field.integer({ help: 'Of a chain that ended with a failed write: the last entry of that write.' }),
    others: field.json({ help: 'The other chains: chain, newest entry and its hash, newest head and its hash.' }),
    removed: field.json({ help: 'What retention took out: the same up to which, how many, from before when.' }),
    hash: field.char({ help: 'SHA-256 of all that, and of the signature.' }),
    signature: field.char({ help: 'HMAC-SHA256 of all that, where there is a key.' }),
    signed_with: field.char({ help: 'Which key.' }),
  },
});
