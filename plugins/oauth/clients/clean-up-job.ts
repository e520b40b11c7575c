import type { Job } from '../../../src/index.ts';
import type { ClientSettings } from './client-settings.ts';
import { dropOldCounts } from './registration-limit.ts';
import { vacuumClients } from './vacuum.ts';

/** The daily removal of clients that nobody uses. */
export function clientCleanUp(settings: ClientSettings): Job {
  return {
    name: 'OAuth client clean-up',
    schedule: '11 4 * * *',
    async run(runtime, { signal }) {
      const removed = await vacuumClients({ runtime, settings, signal });
      await dropOldCounts(runtime);
      runtime.log.info({ removed }, 'unused OAuth clients removed');
    },
  };
}
