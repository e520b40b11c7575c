import { defineModel, field } from '../../../src/index.ts';

/** One document a limit, so that one conditional update of it moves allowance between any number of instances. */
export const rateShare = defineModel({
  name: 'security.rate-share',
  label: 'Shares of a rate limit',
  description: 'Which instance may admit how many of the calls that a limit allows in 60 s.',
  title: 'id',
  protected: true,
  fields: {
    stamp: field.char({ required: true, help: 'Another one with every change.' }),
    holdings: field.json({ required: true, help: 'By instance: its share, and how many more it asks for.' }),
    contended: field.boolean({ required: true, index: true, help: 'An instance asks for more than is left.' }),
  },
});
