import type { Job } from '../job/job.ts';
import { confirmationModel } from './model.ts';

/** Removes what has expired and can no longer be used. */
export const confirmationCleanUp: Job = {
  name: 'confirmation clean-up',
  schedule: '40 * * * *',
  async run({ store, now }) {
    const value = new Date(now()).toISOString();
    const where = { kind: 'compare', field: 'expires_at', operator: '<=', value } as const;
    await store.write([{ kind: 'remove', model: confirmationModel.name, where }], { atomic: false });
  },
};
