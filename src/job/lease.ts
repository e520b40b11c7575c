import { isoTime } from '../clock.ts';
import { hasCode } from '../errors.ts';
import { recordStamp } from '../model/record-stamp.ts';
import { all, any, type Condition, compare, equals, oneOf } from '../store/condition.ts';
import { derivedId } from '../store/derived-id.ts';
import type { Row, Store, StoredValue } from '../store/port.ts';

const model = 'gatehouse.job';

/** A job as the store knows it. Times in ms since the epoch. */
export interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly schedule: string;
  readonly nextAt: number;
  readonly run: HeldRun | undefined;
}

/** The run that somebody has the lease for, or had when it ended. */
export interface HeldRun {
  readonly id: string;
  /** undefined: started by hand. */
  readonly dueAt: number | undefined;
  readonly holder: string;
  readonly leaseUntil: number;
  readonly attempt: number;
}

/**
 * The leases of jobs. Each change is one conditional update of one document, so of several instances that see the same
 * job due, or the same lease run out, exactly one goes through. The due time is part of the condition: a run that has
 * been given out cannot be given out again. Clocks of instances may differ by less than the length of a lease.
 */
export interface Leases {
  /** The rows of these jobs. */
  read(names: readonly string[]): Promise<JobRow[]>;
  /** Makes the row of a job that is seen for the first time. */
  add(job: { name: string; schedule: string; nextAt: number }): Promise<void>;
  /** Gives a job whose schedule has changed its new due time. */
  reschedule(job: { row: JobRow; schedule: string; nextAt: number }): Promise<void>;
  /** Takes the due run of a job that is free. False: somebody else has. */
  claim(input: { row: JobRow; run: HeldRun; nextAt: number }): Promise<boolean>;
  /** Takes a run whose lease has run out. */
  takeOver(input: { row: JobRow; run: HeldRun }): Promise<boolean>;
  /** Takes a job that is free, whether it is due or not. */
  claimByHand(input: { row: JobRow; run: HeldRun; now: number }): Promise<boolean>;
  /** False: the lease is somebody else's by now. */
  renew(input: { name: string; runId: string; leaseUntil: number }): Promise<boolean>;
  /** Ends the lease. `nextAt`: when the job is due next; left out: as it was. */
  release(input: { name: string; runId: string; nextAt?: number }): Promise<boolean>;
}

export function createLeases({ store, now }: { store: Store; now: () => number }): Leases {
  /** One update of one row where it still is what it was. */
  async function update(id: string, where: Condition, set: Readonly<Record<string, StoredValue>>): Promise<boolean> {
    const condition = all(equals('id', id), where);
    const stamped = { ...set, updatedAt: isoTime(now()) };
    const [result] = await store.write([{ kind: 'update', model, where: condition, set: stamped }]);
    return result?.matched === 1;
  }

  return {
    async read(names) {
      const rows = await store.find({ model, where: oneOf('id', names.map(derivedId)) });
      return rows.map(jobRow);
    },
    async add({ name, schedule, nextAt }) {
      const row = { id: derivedId(name), name, schedule, next_at: isoTime(nextAt), ...free, ...recordStamp({ now }) };
      try {
        await store.write([{ kind: 'insert', model, row }]);
      } catch (thrown) {
        // Another instance has seen it for the first time as well.
        if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
      }
    },
    async reschedule({ row, schedule, nextAt }) {
      await update(row.id, equals('schedule', row.schedule), { schedule, next_at: isoTime(nextAt) });
    },
    claim: ({ row, run, nextAt }) =>
      update(row.id, all(equals('next_at', isoTime(row.nextAt)), equals('run_id', null)), {
        ...held(run),
        next_at: isoTime(nextAt),
      }),
    takeOver: ({ row, run }) =>
      update(row.id, all(equals('run_id', row.run?.id ?? null), equals('lease_until', leaseEnd(row))), held(run)),
    claimByHand: ({ row, run, now: time }) => {
      const isOver = compare('lease_until', '<=', isoTime(time));
      return update(row.id, any(equals('run_id', null), isOver), held(run));
    },
    renew: ({ name, runId, leaseUntil }) =>
      update(derivedId(name), equals('run_id', runId), { lease_until: isoTime(leaseUntil) }),
    release: ({ name, runId, nextAt }) =>
      update(derivedId(name), equals('run_id', runId), {
        ...free,
        ...(nextAt !== undefined && { next_at: isoTime(nextAt) }),
      }),
  };
}

const free = { run_id: null, due_at: null, holder: null, lease_until: null, attempt: null };

function held({ id, dueAt, holder, leaseUntil, attempt }: HeldRun) {
  return {
    run_id: id,
    due_at: dueAt === undefined ? null : isoTime(dueAt),
    holder,
    lease_until: isoTime(leaseUntil),
    attempt,
  };
}

function jobRow(row: Row): JobRow {
  const time = (name: string) => (typeof row[name] === 'string' ? Date.parse(row[name]) : undefined);
  const leaseUntil = time('lease_until');
  return {
    id: row.id,
    name: String(row.name),
    schedule: String(row.schedule),
    nextAt: time('next_at') ?? 0,
    run:
      typeof row.run_id === 'string' && leaseUntil !== undefined
        ? {
            id: row.run_id,
            dueAt: time('due_at'),
            holder: String(row.holder),
            leaseUntil,
            attempt: Number(row.attempt),
          }
        : undefined,
  };
}

function leaseEnd({ run }: JobRow): string | null {
  return run ? isoTime(run.leaseUntil) : null;
}
