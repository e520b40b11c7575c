import type { Runtime } from '../plugin/scope.ts';

/** What one run of a job is told. */
export interface JobContext {
  /**
   * Aborted when the run has to end: the server stops, or the lease went to another instance. A run that ends early
   * because of it throws (`signal.throwIfAborted()`), so that it counts as interrupted and is taken up again.
   */
  readonly signal: AbortSignal;
  /** ms since the epoch: when the run was due. undefined: started by hand. */
  readonly dueAt: number | undefined;
}

/**
 * Work done by the clock. Of several instances on one store, one does each due run. A run that its instance did not
 * live to finish is done again, so a job must bear being run twice.
 */
export interface Job {
  /** Unique among all plugins: `session clean-up`. */
  readonly name: string;
  /** Cron expression of five fields, as node-cron reads it. */
  readonly schedule: string;
  /** IANA name of the time zone that `schedule` means. Default UTC. */
  readonly timeZone?: string;
  /** Runs on every instance, each for itself: for work on the memory of the process. Default false. */
  readonly everyInstance?: boolean;
  run(runtime: Runtime, context: JobContext): Promise<void>;
}
