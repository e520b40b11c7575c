import { type Clock, isoTime } from '../clock.ts';
import type { Job, Runtime } from '../plugin/scope.ts';
import { jobErrors } from './errors.ts';
import { createLeases, type HeldRun, type JobRow } from './lease.ts';
import { leaseLength, runJob } from './run-job.ts';
import { createRunLog, type JobRun, type RunOutcome } from './run-log.ts';
import { readSchedule, type Schedule } from './schedule.ts';

/*
 *             ┌──────── due, free ──────► claim ─────┐
 *   round ────┤                                      ├──► run, renewing the lease ──► release, due time after now
 *   (≤ 10 s)  └── lease has run out ──► take over ───┘          │
 *                                                     instance dies: the lease runs out (60 s)
 */

/** ms between two looks at the store, at most; a due time that is known is waited for exactly. */
const lookEvery = 10_000;
/** How often a run is begun whose instances die of it. */
const maxAttempts = 3;

/** A job and how it stands. */
export interface JobState {
  readonly name: string;
  readonly schedule: string;
  readonly timeZone: string;
  readonly everyInstance: boolean;
  /** ISO 8601, UTC. */
  readonly nextAt: string;
  /** Where it is being done; null: nowhere. */
  readonly runningOn: string | null;
  readonly lastRun: JobRun | null;
}

/** The jobs of one instance. */
export interface Scheduler {
  /** Runs jobs when they are due, until `stop`. A due run that nobody was there for is made up for, once. */
  start(): void;
  list(): Promise<JobState[]>;
  /** The newest first. Throws JOB_UNKNOWN. */
  history(input: { job?: string | undefined; limit: number }): Promise<JobRun[]>;
  /** Runs a job here and now. Throws JOB_UNKNOWN, JOB_RUNNING, JOB_ON_EVERY_INSTANCE. */
  run(name: string): Promise<{ outcome: RunOutcome; durationMs: number; error?: string }>;
  /** Tells running jobs to end and waits for them, `timeLimit` ms at most. What is not done by then is taken over. */
  stop(): Promise<void>;
}

interface ScheduledJob {
  readonly job: Job;
  readonly schedule: Schedule;
}

/** The scheduler of one process. Nothing runs before `start`. */
export function createScheduler(parts: {
  readonly jobs: readonly Job[];
  readonly runtime: Runtime;
  readonly clock: Clock;
  /** Names this process to people, such as `host/4711`. */
  readonly instance: string;
}): Scheduler {
  const { runtime, clock, instance } = parts;
  const { log } = runtime;
  const jobs = new Map(parts.jobs.map(job => [job.name, scheduled(job)]));
  const shared = [...jobs.values()].filter(({ job }) => !job.everyInstance);
  const own = [...jobs.values()].filter(({ job }) => job.everyInstance);
  const leases = createLeases({ store: runtime.store, now: clock.now });
  const runLog = createRunLog({ store: runtime.store, now: clock.now });
  const stopping = new AbortController();
  const running = new Map<string, Promise<unknown>>();
  const ownNext = new Map<string, number>();
  let cancel = () => {};
  let looking: Promise<void> | undefined;

  function newRun({ dueAt, attempt = 1 }: { dueAt: number | undefined; attempt?: number }): HeldRun {
    return { id: runtime.newId(), dueAt, holder: instance, leaseUntil: clock.now() + leaseLength, attempt };
  }

  function perform({ job, schedule }: ScheduledJob, run: HeldRun): ReturnType<typeof runJob> {
    const performed = runJob({
      job,
      run,
      leases: job.everyInstance ? undefined : leases,
      runLog,
      runtime,
      clock,
      stopping: stopping.signal,
      next: schedule.next,
    }).finally(() => running.delete(job.name));
    running.set(job.name, performed);
    return performed;
  }

  /** Looks at what the store says about the jobs, and runs what is due. Gives the earliest due time to come. */
  async function lookAtShared(): Promise<number> {
    if (shared.length === 0) return Number.POSITIVE_INFINITY;
    const rows = new Map((await leases.read(shared.map(({ job }) => job.name))).map(row => [row.name, row]));
    let earliest = Number.POSITIVE_INFINITY;
    for (const entry of shared) {
      if (stopping.signal.aborted) break;
      const { job, schedule } = entry;
      const row = rows.get(job.name);
      const nextAt = schedule.next(clock.now());
      if (!row) await leases.add({ name: job.name, schedule: schedule.text, nextAt });
      else if (row.schedule !== schedule.text) await leases.reschedule({ row, schedule: schedule.text, nextAt });
      else await attend(entry, row);
      earliest = Math.min(earliest, row && row.nextAt > clock.now() ? row.nextAt : nextAt);
    }
    return earliest;
  }

  /** Takes the run of a job that is due, or that its holder did not live to finish. */
  async function attend(entry: ScheduledJob, row: JobRow): Promise<void> {
    const now = clock.now();
    if (!row.run) {
      if (row.nextAt > now) return;
      const run = newRun({ dueAt: row.nextAt });
      if (await leases.claim({ row, run, nextAt: entry.schedule.next(now) })) void perform(entry, run);
      return;
    }
    if (row.run.leaseUntil > now) return;
    const { id, dueAt, holder, attempt } = row.run;
    // Begun by hand, somebody knows; begun too often, it is what kills the instances.
    if (dueAt === undefined || attempt >= maxAttempts) {
      if (!(await leases.release({ name: row.name, runId: id }))) return;
      log.error({ job: row.name, holder, attempt }, 'a run was abandoned and is not repeated');
      await runLog.end({ id, outcome: 'abandoned' });
      return;
    }
    const run = newRun({ dueAt, attempt: attempt + 1 });
    if (!(await leases.takeOver({ row, run }))) return;
    log.warn({ job: row.name, holder, attempt }, 'a run was abandoned and is taken over');
    await runLog.end({ id, outcome: 'abandoned' });
    void perform(entry, run);
  }

  /** Runs the jobs of every instance that are due here. Gives the earliest due time to come. */
  function lookAtOwn(): number {
    const now = clock.now();
    for (const entry of own) {
      const { job, schedule } = entry;
      const dueAt = ownNext.get(job.name) ?? schedule.next(now);
      ownNext.set(job.name, dueAt > now ? dueAt : schedule.next(now));
      if (dueAt <= now && !running.has(job.name)) void perform(entry, newRun({ dueAt }));
    }
    return Math.min(...ownNext.values());
  }

  async function look(): Promise<void> {
    let earliest = lookAtOwn();
    try {
      earliest = Math.min(earliest, await lookAtShared());
    } catch (thrown) {
      log.warn({ err: thrown }, 'the jobs could not be looked at; they are again soon');
    }
    if (stopping.signal.aborted) return;
    cancel = clock.after(Math.max(0, Math.min(earliest - clock.now(), lookEvery)), lookAgain);
  }

  function lookAgain(): void {
    looking = look();
  }

  function known(name: string): ScheduledJob {
    const entry = jobs.get(name);
    if (!entry) throw jobErrors.JOB_UNKNOWN({ message: `There is no job "${name}".` });
    return entry;
  }

  /** The row of a job, made where no server has been started yet. */
  async function rowOf({ job, schedule }: ScheduledJob): Promise<JobRow | undefined> {
    const [row] = await leases.read([job.name]);
    if (row) return row;
    await leases.add({ name: job.name, schedule: schedule.text, nextAt: schedule.next(clock.now()) });
    return (await leases.read([job.name]))[0];
  }

  return {
    start: lookAgain,
    async list() {
      const rows = new Map((await leases.read([...jobs.keys()])).map(row => [row.name, row]));
      return Promise.all(
        Array.from(jobs.values(), async ({ job, schedule }): Promise<JobState> => {
          const row = rows.get(job.name);
          const [lastRun] = await runLog.list({ job: job.name, limit: 1 });
          const isHeld = row?.run && row.run.leaseUntil > clock.now();
          return {
            name: job.name,
            schedule: job.schedule,
            timeZone: job.timeZone ?? 'UTC',
            everyInstance: job.everyInstance ?? false,
            nextAt: isoTime(row?.nextAt ?? schedule.next(clock.now())),
            runningOn: isHeld ? row.run.holder : null,
            lastRun: lastRun ?? null,
          };
        }),
      );
    },
    async history({ job, limit }) {
      return runLog.list({ job: job === undefined ? undefined : known(job).job.name, limit });
    },
    async run(name) {
      const entry = known(name);
      if (entry.job.everyInstance) throw jobErrors.JOB_ON_EVERY_INSTANCE();
      const row = await rowOf(entry);
      const run = newRun({ dueAt: undefined });
      if (!row || !(await leases.claimByHand({ row, run, now: clock.now() }))) throw jobErrors.JOB_RUNNING();
      if (row.run) await runLog.end({ id: row.run.id, outcome: 'abandoned' });
      const startedAt = clock.ticks();
      const result = await perform(entry, run);
      return { ...result, durationMs: Math.round(clock.ticks() - startedAt) };
    },
    async stop() {
      stopping.abort(new Error('the server stops'));
      cancel();
      await looking;
      let cancelLimit = () => {};
      const limit = new Promise<void>(resolve => {
        cancelLimit = clock.after(runtime.server.shutdownTimeLimit, resolve);
      });
      await Promise.race([Promise.all(running.values()), limit]);
      cancelLimit();
    },
  };
}

function scheduled(job: Job): ScheduledJob {
  const schedule = readSchedule(job);
  // The configuration has been checked.
  if ('fault' in schedule) throw new Error(schedule.fault);
  return { job, schedule };
}
