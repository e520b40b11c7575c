import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock.ts';
import type { Runtime } from '../plugin/scope.ts';
import type { Job } from './job.ts';
import type { HeldRun, Leases } from './lease.ts';
import type { RunLog, RunOutcome } from './run-log.ts';

/** ms that a lease holds, and between two renewals: two may fail before it runs out. */
export const leaseLength = 60_000;
const renewEvery = 20_000;
/** ms between two tries to write down how a run ended. */
const retryEvery = 5_000;

export interface RunJobInput {
  readonly job: Job;
  readonly run: HeldRun;
  /** Left out for a job of every instance, which needs none. */
  readonly leases?: Leases | undefined;
  readonly runLog: RunLog;
  readonly runtime: Runtime;
  readonly clock: Clock;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
  /** When the job is due after a moment. */
  readonly next: (after: number) => number;
}

/** Runs a job once, keeps its lease, and writes down how it ended. Never throws. */
export async function runJob(input: RunJobInput): Promise<{ outcome: RunOutcome; error?: string }> {
  const { job, run, leases, runLog, runtime, clock, stopping } = input;
  const lost = new AbortController();
  const signal = AbortSignal.any([stopping, lost.signal]);
  setMaxListeners(0, signal);
  const log = runtime.log.child({ job: job.name });
  const stopRenewing = leases
    ? keepLease({ ...input, leases, onLost: () => lost.abort(new Error('the lease is lost')) })
    : () => {};
  const startedAt = clock.ticks();
  let outcome: RunOutcome = 'ok';
  let error: string | undefined;
  try {
    await runLog.begin({ ...run, job: job.name, byHand: run.dueAt === undefined }).catch(fault => {
      log.warn({ err: fault }, 'the beginning of a job could not be recorded');
    });
    await job.run(runtime, { signal, dueAt: run.dueAt });
  } catch (thrown) {
    outcome = signal.aborted ? 'interrupted' : 'failed';
    error = thrown instanceof Error ? thrown.message : String(thrown);
    if (signal.aborted) log.info('job interrupted');
    else log.error({ err: thrown }, 'job failed');
  }
  stopRenewing();
  const durationMs = clock.ticks() - startedAt;
  await settle({ ...input, outcome, error, durationMs, isLost: lost.signal.aborted });
  return { outcome, ...(error !== undefined && { error }) };
}

/** Renews the lease until told to stop. Where it cannot be held any longer, somebody else may have the run. */
function keepLease(input: RunJobInput & { leases: Leases; onLost: () => void }): () => void {
  const { job, run, leases, runtime, clock, onLost } = input;
  let heldUntil = run.leaseUntil;
  let isOver = false;
  let cancel = clock.after(renewEvery, renew);

  function renew(): void {
    const leaseUntil = clock.now() + leaseLength;
    leases.renew({ name: job.name, runId: run.id, leaseUntil }).then(
      isHeld => {
        if (!isHeld) return onLost();
        heldUntil = leaseUntil;
        again();
      },
      thrown => {
        runtime.log.warn({ err: thrown, job: job.name }, 'the lease of a job could not be renewed');
        if (clock.now() >= heldUntil) onLost();
        else again();
      },
    );
  }

  function again(): void {
    if (!isOver) cancel = clock.after(renewEvery, renew);
  }

  return () => {
    isOver = true;
    cancel();
  };
}

/**
 * Writes down the end and frees the job. While the store does not answer it is tried again until the lease has run
 * out; then the run counts as abandoned, and is done again.
 */
async function settle(
  input: RunJobInput & { outcome: RunOutcome; error: string | undefined; durationMs: number; isLost: boolean },
): Promise<void> {
  const { job, run, leases, runLog, runtime, clock, stopping, outcome, error, durationMs, isLost, next } = input;
  const giveUpAt = clock.now() + leaseLength;
  for (;;) {
    try {
      await runLog.end({ id: run.id, outcome, durationMs, ...(error !== undefined && { error }) });
      if (!leases || isLost) return;
      // What a stop has interrupted is due again at once, for another instance. A time that came while the job still
      // ran is left out: its work has just been done.
      const nextAt = outcome === 'interrupted' ? run.dueAt : await passedDue({ job, leases, clock, next });
      await leases.release({ name: job.name, runId: run.id, ...(nextAt !== undefined && { nextAt }) });
      return;
    } catch (thrown) {
      runtime.log.warn({ err: thrown, job: job.name }, 'the end of a job could not be recorded');
      if (stopping.aborted || !leases || clock.now() >= giveUpAt) return;
      await new Promise<void>(resolve => clock.after(retryEvery, resolve));
    }
  }
}

/** The new due time of a job whose due time has passed while it ran. */
async function passedDue(input: {
  job: Job;
  leases: Leases;
  clock: Clock;
  next: (after: number) => number;
}): Promise<number | undefined> {
  const [row] = await input.leases.read([input.job.name]);
  const now = input.clock.now();
  return row && row.nextAt <= now ? input.next(now) : undefined;
}
