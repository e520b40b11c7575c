import type { App } from '../../src/boot.ts';
import { always } from '../../src/index.ts';
import { until } from './until.ts';

const model = 'gatehouse.job';

/**
 * Puts off what a server does by the clock, for good: a test that moves its clock runs the jobs that it is about by
 * hand. Otherwise they would come due in the middle of it, or not, as fast as the machine is.
 */
export async function putOffJobs({ jobs, runtime: { store } }: Pick<App, 'jobs' | 'runtime'>): Promise<void> {
  const shared = (await jobs.list()).filter(({ everyInstance }) => !everyInstance);
  // A server enters jobs that it sees for the first time beside everything else.
  await until(async () => (await store.count({ model, where: always })) === shared.length, 'the list of jobs');
  const set = { next_at: '9999-12-31T00:00:00.000Z' };
  await store.write([{ kind: 'update', model, where: always, set }], { atomic: false });
}
