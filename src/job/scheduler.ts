import cron from 'node-cron';
import type { Job, Runtime } from '../plugin/scope.ts';

/** Runs jobs by the clock (UTC) until stopped. A job that is still running is not started again; a failure is logged. */
export function startJobs({ jobs, runtime }: { jobs: readonly Job[]; runtime: Runtime }): { stop(): Promise<void> } {
  const running = new Map<string, Promise<void>>();
  async function run(job: Job): Promise<void> {
    try {
      await job.run(runtime);
    } catch (thrown) {
      runtime.log.error({ err: thrown, job: job.name }, 'job failed');
    } finally {
      running.delete(job.name);
    }
  }
  const tasks = jobs.map(job =>
    cron.schedule(job.schedule, () => void (running.has(job.name) || running.set(job.name, run(job))), {
      timezone: 'Etc/UTC',
      name: job.name,
    }),
  );
  return {
    async stop() {
      await Promise.all(tasks.map(task => task.destroy()));
      await Promise.all(running.values());
    },
  };
}
