import { defineModel, field } from '../../../src/index.ts';

/** One document an instance that holds shares of rate limits. */
export const rateInstance = defineModel({
  name: 'security.rate-instance',
  label: 'Instance with shares',
  description: 'An instance that holds shares of rate limits, and how often it has said that it lives.',
  title: 'id',
  protected: true,
  fields: {
    beat: field.integer({ required: true }),
  },
});
