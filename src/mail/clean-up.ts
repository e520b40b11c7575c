import { isoTime } from '../clock.ts';
import type { Job } from '../job/job.ts';
import { all, compare, equals } from '../store/condition.ts';

const day = 86_400_000;
/** Days for which it can be looked up what became of a message. */
const kept = { sent: 30, failed: 90 } as const;

/** Removes the records of messages that are long done with. */
export const mailCleanUp: Job = {
  name: 'mail clean-up',
  schedule: '20 3 * * *',
  async run({ store, now }, { signal }) {
    for (const [state, days] of Object.entries(kept)) {
      signal.throwIfAborted();
      const before = isoTime(now() - days * day);
      const isOlder = compare('createdAt', '<', before);
      const where = all(equals('state', state), isOlder);
      await store.write([{ kind: 'remove', model: 'gatehouse.mail', where }], { atomic: false });
    }
  },
};
