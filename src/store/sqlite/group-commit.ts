import type { StoredModel } from '../port.ts';
import { applyJob, type Workplace } from './apply-job.ts';
import { gone, openWriter, type WritingConnection } from './connection.ts';
import { isUnavailable, packFailure, understood } from './failure.ts';
import { ensureSchema } from './schema.ts';
import { type Table, tableOf } from './table.ts';
import { type TableWriter, tableWriter } from './table-writer.ts';
import type { Answer, Job, WriteJob, WriterData } from './writer-protocol.ts';

/** Many jobs, one transaction, one fsync. A job that fails is undone alone; a disk that fails undoes the group. */
export interface GroupCommitter {
  /** Takes one group or more from the front of the queue; the answers are true only because it is committed. */
  run(queue: Job[]): Answer[];
  /** How many times the file was opened. */
  opened(): number;
  close(): void;
}

export interface GroupCommitOptions {
  readonly data: WriterData;
  /** ms that only ever grow. */
  readonly clock: () => number;
  /** Adds to the queue what has arrived; false: nothing. */
  readonly more: () => boolean;
  readonly signOfLife: () => void;
}

/** A group ends at so many operations or ms, so that the first in it does not wait long for the last. */
const groupOperations = 1_000;
const groupTime = 10;
const signInterval = 1_000;

export function groupCommitter({ data, clock, more, signOfLife }: GroupCommitOptions): GroupCommitter {
  let models: ReadonlyMap<string, StoredModel> = byName(data.models);
  let connection: WritingConnection | undefined;
  let writers: ReadonlyMap<string, TableWriter> = new Map();
  let tables: ReadonlyMap<string, Table> = new Map();
  let opened = 0;
  let changedWatched = false;
  let lastSign = clock();

  function connected(): WritingConnection {
    if (connection?.isInPlace()) return connection;
    close();
    const fresh = openWriter({ ...data, clock, create: data.create && opened === 0 });
    connection = fresh;
    opened += 1;
    arrange(fresh, models);
    return fresh;
  }

  function arrange(on: WritingConnection, wanted: ReadonlyMap<string, StoredModel>): void {
    ensureSchema(on, [...wanted.values()]);
    models = wanted;
    tables = new Map([...models.values()].map(model => [model.name, tableOf(model)]));
    writers = new Map([...tables].map(([name, table]) => [name, tableWriter(on, table)]));
  }

  function close(): void {
    const old = connection;
    connection = undefined;
    old?.close();
  }

  function abandon(error: unknown): Answer {
    const meaning = understood(error);
    if (connection?.db.isTransaction) rollBack(connection);
    if (!isLocked(error)) close();
    return { failure: packFailure(meaning) };
  }

  function rollBack({ db }: WritingConnection): void {
    try {
      db.exec('ROLLBACK');
    } catch {
      // The connection is closed next, and that rolls back whatever is open.
    }
  }

  function at(on: WritingConnection): Workplace {
    return {
      connection: on,
      tables,
      writers,
      timeLimit: data.timeLimit,
      onChange(model) {
        changedWatched ||= models.get(model)?.watched === true;
        if (clock() - lastSign < signInterval) return;
        lastSign = clock();
        signOfLife();
      },
    };
  }

  function answerTo(job: WriteJob, on: WritingConnection): Answer {
    try {
      const results = applyJob(job, at(on));
      return job.operations.every(({ kind }) => kind === 'insert') ? {} : { results };
    } catch (error) {
      const meaning = understood(error);
      if (isUnavailable(meaning) || !on.db.isTransaction) throw error;
      return { failure: packFailure(meaning) };
    }
  }

  function commitGroup(queue: Job[]): Answer[] {
    const answers: Answer[] = [];
    let operations = 0;
    try {
      const on = connected();
      on.prepare('BEGIN IMMEDIATE').run();
      const started = clock();
      changedWatched = false;
      while (answers.length < queue.length || more()) {
        const job = queue[answers.length];
        if (job?.kind !== 'write') break;
        operations += job.operations.length;
        if (answers.length > 0 && (operations > groupOperations || clock() - started > groupTime)) break;
        answers.push(answerTo(job, on));
      }
      if (changedWatched) countUp(on, 'watched');
      on.prepare('COMMIT').run();
      if (!on.isInPlace()) throw gone(data.path);
      queue.splice(0, answers.length);
      return answers;
    } catch (error) {
      const failure = abandon(error);
      return queue.splice(0).map(() => failure);
    }
  }

  function control(job: Exclude<Job, WriteJob>): Answer {
    try {
      if (job.kind === 'open') {
        arrange(connected(), new Map([...models, ...byName(job.models)]));
      } else {
        countUp(connected(), 'ping');
      }
      return {};
    } catch (error) {
      return abandon(error);
    }
  }

  return {
    run(queue) {
      const [first] = queue;
      if (!first || first.kind === 'write') return commitGroup(queue);
      queue.shift();
      return [control(first)];
    },
    opened: () => opened,
    close,
  };
}

function countUp({ prepare }: WritingConnection, name: string): void {
  prepare('INSERT INTO "$sequence" VALUES (?, 1) ON CONFLICT ("name") DO UPDATE SET "value" = "value" + 1').run(name);
}

function byName(models: readonly StoredModel[]): Map<string, StoredModel> {
  return new Map(models.map(model => [model.name, model]));
}

/** Another process holds the lock: the connection itself is sound. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}
