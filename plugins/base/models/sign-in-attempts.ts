import { defineModel, field } from '../../../src/index.ts';

/** One row for what attempts are counted by, so that one conditional update of it keeps the count on all instances. */
export const signInAttempts = defineModel({
  name: 'base.sign-in-attempts',
  label: 'Sign-in attempts',
  description: 'How often signing in has failed in a row, by account, by account and address, or by second factor.',
  title: 'id',
  protected: true,
  fields: {
    count: field.integer({ required: true, sealed: true }),
    open_at: field.datetime({ required: true, sealed: true, help: 'No attempt is looked at before.' }),
    forget_at: field.datetime({
      required: true,
      index: true,
      sealed: true,
      help: 'From then on it counts from one again.',
    }),
  },
});
