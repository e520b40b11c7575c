import { isoTime } from '../clock.ts';
import { recordStamp } from '../model/record-stamp.ts';
import { all, compare, equals } from '../store/condition.ts';
import type { Row, Store } from '../store/port.ts';

const model = 'gatehouse.job-run';
/** Runs of one job that are kept. */
const kept = 100;
const maxErrorLength = 2_000;

/** How a run ended; see the options of `outcome` in `models.ts`. */
export type RunOutcome = 'ok' | 'failed' | 'interrupted' | 'abandoned';

/** A run as it is told. Times as ISO 8601 in UTC. */
export interface JobRun {
  readonly id: string;
  readonly job: string;
  readonly byHand: boolean;
  readonly holder: string;
  readonly attempt: number;
  readonly dueAt: string | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly outcome: RunOutcome | 'running';
  readonly error: string | null;
}

/** What was run, when, for how long, and how it ended. */
export interface RunLog {
  begin(run: {
    id: string;
    job: string;
    byHand: boolean;
    holder: string;
    attempt: number;
    dueAt: number | undefined;
  }): Promise<void>;
  /** Once only: a run whose end is known keeps it. */
  end(run: { id: string; outcome: RunOutcome; durationMs?: number; error?: string }): Promise<void>;
  /** The newest first; without a name, of all jobs. */
  list(input: { job?: string | undefined; limit: number }): Promise<JobRun[]>;
}

export function createRunLog({ store, now }: { store: Store; now: () => number }): RunLog {
  const time = () => isoTime(now());
  const newestFirst = [{ field: 'started_at', descending: true }] as const;

  /** Removes what is older than the last hundred. */
  async function trim(job: string): Promise<void> {
    const [oldest] = await store.find({
      model,
      where: equals('job', job),
      order: newestFirst,
      offset: kept,
      limit: 1,
      fields: ['started_at'],
    });
    if (typeof oldest?.started_at !== 'string') return;
    const isOlder = compare('started_at', '<=', oldest.started_at);
    await store.write([{ kind: 'remove', model, where: all(equals('job', job), isOlder) }], { atomic: false });
  }

  return {
    async begin({ id, job, byHand, holder, attempt, dueAt }) {
      const row = {
        id,
        job,
        by_hand: byHand,
        holder,
        attempt,
        due_at: dueAt === undefined ? null : isoTime(dueAt),
        started_at: time(),
        finished_at: null,
        duration_ms: null,
        outcome: 'running',
        error: null,
        ...recordStamp({ now }),
      };
      await store.write([{ kind: 'insert', model, row }]);
      await trim(job);
    },
    async end({ id, outcome, durationMs, error }) {
      const set = {
        outcome,
        finished_at: time(),
        duration_ms: durationMs === undefined ? null : Math.round(durationMs),
        error: error?.slice(0, maxErrorLength).toWellFormed().replaceAll('\0', '') ?? null,
        updatedAt: time(),
      };
      const where = all(equals('id', id), equals('outcome', 'running'));
      await store.write([{ kind: 'update', model, where, set }]);
    },
    async list({ job, limit }) {
      const where = job === undefined ? all() : equals('job', job);
      return (await store.find({ model, where, order: newestFirst, limit })).map(jobRun);
    },
  };
}

function jobRun(row: Row): JobRun {
  const text = (name: string) => (typeof row[name] === 'string' ? row[name] : null);
  return {
    id: row.id,
    job: String(row.job),
    byHand: row.by_hand === true,
    holder: String(row.holder),
    attempt: Number(row.attempt),
    dueAt: text('due_at'),
    startedAt: String(row.started_at),
    finishedAt: text('finished_at'),
    durationMs: typeof row.duration_ms === 'number' ? row.duration_ms : null,
    outcome: String(row.outcome) as JobRun['outcome'],
    error: text('error'),
  };
}
