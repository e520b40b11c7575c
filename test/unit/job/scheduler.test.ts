import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Job } from '../../../src/job/job.ts';
import { createScheduler, type Scheduler } from '../../../src/job/scheduler.ts';
import { verifies } from '../../requirements.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { openKernel, type TestKernel } from '../../support/kernel.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';

// Hours are gone through in steps of ten seconds, and each looks into the database; a busy machine takes its time.
vi.setConfig({ testTimeout: 180_000 });

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** One run as the job has seen it. */
interface Seen {
  readonly on: string;
  readonly at: string;
  readonly due: string | undefined;
}

describeOnStores(`${verifies('JOB-1')} jobs on several instances`, open => {
  let database: TestStore;
  let kernel: TestKernel;
  let clock: FakeClock;
  let seen: Seen[];
  let started: Scheduler[];

  beforeEach(async () => {
    database = await open();
    kernel = await openKernel(database);
    clock = fakeClock({ start: '2026-01-01T00:00:00Z', settled: () => kernel.settled() });
    seen = [];
    started = [];
  });

  afterEach(async () => {
    for (const scheduler of started) {
      const stopped = scheduler.stop();
      await clock.advance(2 * second);
      await stopped;
    }
    await kernel.close();
    await database.drop();
  });

  /** An instance with one job (or more); `work` is what the job does after it was noted. */
  function instance(name: string, jobs: readonly (Omit<Job, 'run'> & { work?: Job['run'] })[]) {
    const own = clock.process();
    const scheduler = createScheduler({
      jobs: jobs.map(({ work = async () => {}, ...job }) => ({
        ...job,
        run(runtime, context) {
          const due = context.dueAt === undefined ? undefined : new Date(context.dueAt).toISOString();
          seen.push({ on: name, at: new Date(clock.now()).toISOString(), due });
          return work(runtime, context);
        },
      })),
      runtime: kernel.runtime(own),
      clock: own,
      instance: name,
    });
    started.push(scheduler);
    function kill(): void {
      own.kill();
      started.splice(started.indexOf(scheduler), 1);
    }
    return { ...scheduler, kill };
  }

  const daily = { name: 'daily', schedule: '0 3 * * *' };
  const dues = () => seen.map(({ due }) => due);

  test('three instances do each due run once, at its time', async () => {
    const instances = ['a', 'b', 'c'].map(name => instance(name, [daily, { name: 'often', schedule: '*/10 * * * *' }]));
    for (const { start } of instances) start();
    await clock.advance(3 * hour);
    expect(seen).toHaveLength(1 + 18);
    expect(seen.filter(({ due }) => due === '2026-01-01T03:00:00.000Z')).toHaveLength(2);
    expect(new Set(dues()).size).toBe(18);
    expect(seen.every(({ at, due }) => at === due)).toBe(true);
  });

  test('the holder is killed in mid-run: another takes over when the lease has run out, and only one', async () => {
    const hanging = { ...daily, work: () => new Promise<void>(() => {}) };
    const a = instance('a', [hanging]);
    a.start();
    await clock.advance(3 * hour);
    expect(seen).toEqual([{ on: 'a', at: '2026-01-01T03:00:00.000Z', due: '2026-01-01T03:00:00.000Z' }]);
    for (const name of ['b', 'c']) instance(name, [daily]).start();
    // Renewed while it runs, for however long.
    await clock.advance(20 * minute);
    expect(seen).toHaveLength(1);
    const killedAt = clock.now();
    a.kill();
    await clock.advance(75 * second);
    expect(seen).toHaveLength(2);
    expect(seen[1]?.on).toMatch(/^[bc]$/);
    expect(seen[1]?.due).toBe('2026-01-01T03:00:00.000Z');
    expect(Date.parse(seen[1]?.at ?? '') - killedAt).toBeLessThanOrEqual(70 * second);
    await clock.advance(10 * minute);
    expect(seen).toHaveLength(2);
    const history = await started[0]?.history({ limit: 10 });
    expect(history?.map(({ outcome, attempt, holder }) => [outcome, attempt, holder])).toEqual([
      ['ok', 2, seen[1]?.on],
      ['abandoned', 1, 'a'],
    ]);
  });

  test('a holder that slept through its lease is told so, and changes nothing any more', async () => {
    let finish = () => {};
    let signal: AbortSignal | undefined;
    const slow: Parameters<typeof instance>[1] = [
      {
        ...daily,
        work: (_, context) => {
          signal = context.signal;
          return new Promise<void>(resolve => {
            finish = resolve;
          });
        },
      },
    ];
    instance('a', slow).start();
    await clock.advance(3 * hour);
    // Somebody else has taken the run, as it happens when a process sleeps.
    const stolen = { run_id: 'stolen', holder: 'b', lease_until: new Date(clock.now() + hour).toISOString() };
    const where = { kind: 'all', of: [] } as const;
    await kernel.store.write([{ kind: 'update', model: 'gatehouse.job', where, set: stolen }], { atomic: false });
    expect(signal?.aborted).toBe(false);
    await clock.advance(20 * second);
    expect(signal?.aborted).toBe(true);
    finish();
    await clock.advance(second);
    const [row] = await kernel.store.find({ model: 'gatehouse.job', where });
    expect(row?.run_id).toBe('stolen');
  });

  test('a run that kills its instances is given up after three', async () => {
    const hourly = { name: 'hourly', schedule: '0 * * * *' };
    const hanging = { ...hourly, work: () => new Promise<void>(() => {}) };
    await clock.advance(58 * minute);
    for (const name of ['a', 'b', 'c', 'd']) {
      const victim = instance(name, [hanging]);
      victim.start();
      await clock.advance(3 * minute);
      victim.kill();
    }
    expect(seen.map(({ on }) => on)).toEqual(['a', 'b', 'c']);
    // The next hour is a new run.
    const { start, history } = instance('e', [hourly]);
    start();
    await clock.advance(50 * minute);
    expect(seen.at(-1)).toMatchObject({ on: 'e', due: '2026-01-01T02:00:00.000Z' });
    const outcomes = (await history({ limit: 10 })).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['ok', 'abandoned', 'abandoned', 'abandoned']);
  });

  test('a job that overruns is not started twice, and goes on with the next due time after its end', async () => {
    const finishers: (() => void)[] = [];
    const slow = {
      name: 'slow',
      schedule: '*/10 * * * *',
      work: () => new Promise<void>(resolve => finishers.push(resolve)),
    };
    for (const name of ['a', 'b']) instance(name, [slow]).start();
    await clock.advance(37 * minute);
    expect(dues()).toEqual(['2026-01-01T00:10:00.000Z']);
    finishers[0]?.();
    await clock.advance(2 * minute);
    expect(seen).toHaveLength(1);
    await clock.advance(minute);
    expect(dues()).toEqual(['2026-01-01T00:10:00.000Z', '2026-01-01T00:40:00.000Z']);
  });

  test('a due time for which nobody was there is made up for, once', async () => {
    const a = instance('a', [daily]);
    a.start();
    await clock.advance(hour);
    a.kill();
    await clock.advance(3 * day);
    expect(seen).toEqual([]);
    for (const name of ['b', 'c']) instance(name, [daily]).start();
    await clock.advance(hour);
    expect(dues()).toEqual(['2026-01-01T03:00:00.000Z']);
  });

  test('a stop interrupts the run, and another instance does it at once', async () => {
    const obedient: Parameters<typeof instance>[1] = [
      {
        ...daily,
        work: (_, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    ];
    const a = instance('a', obedient);
    a.start();
    await clock.advance(3 * hour);
    instance('b', [daily]).start();
    await clock.advance(minute);
    await a.stop();
    await clock.advance(10 * second);
    expect(seen.map(({ on, due }) => [on, due])).toEqual([
      ['a', '2026-01-01T03:00:00.000Z'],
      ['b', '2026-01-01T03:00:00.000Z'],
    ]);
    const history = await a.history({ limit: 10 });
    expect(history.map(({ outcome }) => outcome)).toEqual(['ok', 'interrupted']);
  });

  test('a stop does not wait for a run that does not listen', async () => {
    const a = instance('a', [{ ...daily, work: () => new Promise<void>(() => {}) }]);
    a.start();
    await clock.advance(3 * hour);
    let isStopped = false;
    const stopped = a.stop().then(() => {
      isStopped = true;
    });
    await clock.advance(999);
    expect(isStopped).toBe(false);
    await clock.advance(1);
    await stopped;
  });

  test('spring forward and fall back: once a day in its own time zone', async () => {
    const nightly = { name: 'nightly', schedule: '30 2 * * *', timeZone: 'Europe/Berlin' };
    for (const [from, to] of [
      ['2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z'],
      ['2026-03-30T00:00:00Z', '2026-03-30T02:00:00Z'],
      ['2026-10-25T00:20:00Z', '2026-10-25T02:00:00Z'],
    ]) {
      await clock.advance(Date.parse(from ?? '') - clock.now());
      const instances = ['a', 'b'].map(name => instance(name, [nightly]));
      for (const { start } of instances) start();
      await clock.advance(Date.parse(to ?? '') - clock.now());
      for (const { kill } of instances) kill();
    }
    expect(seen.map(({ at }) => at)).toEqual([
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
      // Made up for: nobody was there since March. The summer's next time is then the first of the two 02:30.
      '2026-10-25T00:20:00.000Z',
      '2026-10-25T00:30:00.000Z',
    ]);
  });

  test('what works on memory runs on every instance', async () => {
    const sweep = { name: 'sweep', schedule: '*/5 * * * *', everyInstance: true };
    for (const name of ['a', 'b']) instance(name, [sweep]).start();
    await clock.advance(10 * minute);
    expect(seen.map(({ on, due }) => `${on} ${due?.slice(11, 16)}`).sort()).toEqual([
      'a 00:05',
      'a 00:10',
      'b 00:05',
      'b 00:10',
    ]);
    await expect(started[0]?.run('sweep')).rejects.toMatchObject({ code: 'JOB_ON_EVERY_INSTANCE' });
  });

  test('a new schedule counts from the start of the instance that brings it', async () => {
    const a = instance('a', [daily]);
    a.start();
    await clock.advance(hour);
    a.kill();
    instance('b', [{ ...daily, schedule: '0 2 * * *' }]).start();
    await clock.advance(2 * hour);
    expect(dues()).toEqual(['2026-01-01T02:00:00.000Z']);
  });

  test('runs, durations and failures are recorded, the last hundred of each job', async () => {
    let count = 0;
    const faulty: Parameters<typeof instance>[1] = [
      daily,
      {
        name: 'faulty',
        schedule: '0 4 * * *',
        async work() {
          count += 1;
          await clock.advance(250);
          if (count % 2 === 0) throw new Error(`no luck the ${count}th time\0`);
        },
      },
    ];
    const { run, history, list } = instance('a', faulty);
    await run('daily');
    for (let index = 0; index < 104; index += 1) await run('faulty');
    const runs = await history({ job: 'faulty', limit: 1_000 });
    expect(runs).toHaveLength(100);
    expect(runs[0]).toMatchObject({
      job: 'faulty',
      byHand: true,
      holder: 'a',
      dueAt: null,
      durationMs: 250,
      outcome: 'failed',
      error: 'no luck the 104th time',
    });
    expect(runs[1]).toMatchObject({ outcome: 'ok', error: null });
    expect(await history({ job: 'daily', limit: 10 })).toHaveLength(1);
    expect(await list()).toMatchObject([
      { name: 'daily', nextAt: '2026-01-01T03:00:00.000Z', runningOn: null, lastRun: { outcome: 'ok' } },
      { name: 'faulty', lastRun: { outcome: 'failed' } },
    ]);
  });

  test('by hand: only what is not running, and only what there is', async () => {
    let finish = () => {};
    const slow: Parameters<typeof instance>[1] = [
      {
        ...daily,
        work: () =>
          new Promise<void>(resolve => {
            finish = resolve;
          }),
      },
    ];
    const a = instance('a', slow);
    const b = instance('b', slow);
    const first = a.run('daily');
    await clock.advance(second);
    await expect(b.run('daily')).rejects.toMatchObject({ code: 'JOB_RUNNING' });
    expect(await b.list()).toMatchObject([{ runningOn: 'a' }]);
    await expect(b.run('weekly')).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
    await expect(b.history({ job: 'weekly', limit: 1 })).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
    finish();
    expect(await first).toMatchObject({ outcome: 'ok' });
    // A run by hand that was cut off is not repeated by itself, and does not stand in the way for longer than its lease.
    void a.run('daily');
    await clock.advance(second);
    a.kill();
    b.start();
    await clock.advance(2 * minute);
    expect(seen).toHaveLength(2);
    void b.run('daily');
    await clock.advance(second);
    expect(seen).toHaveLength(3);
    finish();
  });

  test('two by hand at the same moment: one', async () => {
    const instances = ['a', 'b', 'c', 'd'].map(name => instance(name, [daily]));
    const results = await Promise.allSettled(instances.map(({ run }) => run('daily')));
    const wins = results.filter(({ status }) => status === 'fulfilled').length;
    // One after another may both have run; at the same time they may not.
    expect(wins).toBe(seen.length);
    expect(wins).toBeGreaterThanOrEqual(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'JOB_RUNNING' });
    }
  });

  test('a store that does not answer delays jobs and loses none', async () => {
    const a = instance('a', [daily]);
    const { find } = kernel.store;
    a.start();
    await clock.advance(hour);
    Object.defineProperty(kernel.store, 'find', { value: () => Promise.reject(new Error('gone')), configurable: true });
    await clock.advance(3 * hour);
    expect(seen).toEqual([]);
    Object.defineProperty(kernel.store, 'find', { value: find, configurable: true });
    await clock.advance(10 * second);
    expect(dues()).toEqual(['2026-01-01T03:00:00.000Z']);
  });
});
