import { defineModel, field } from '../../../src/index.ts';

/** One record: how far the demo company has been installed. Without it, a store is never written to again. */
export const installation = defineModel({
  name: 'demo.installation',
  label: 'Demo installation',
  description: 'Whether the demo company has been installed in this store.',
  title: 'state',
  protected: true,
  fields: {
    state: field.selection({ required: true, options: { running: 'Begun', done: 'Complete' } }),
  },
});
