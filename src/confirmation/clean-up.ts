import { isoTime } from '../clock.ts';
import type { Job } from '../job/job.ts';
import { compare } from '../store/condition.ts';
import { confirmationModel } from './model.ts';

/** Removes what has expired and can no longer be used. */
export const confirmationCleanUp: Job = {
  name: 'confirmation clean-up',
  schedule: '40 * * * *',
  async run({ store, now }) {
    const value = isoTime(now());
    const where = compare('expires_at', '<=', value);
    await store.write([{ kind: 'remove', model: confirmationModel.name, where }], { atomic: false });
  },
};
