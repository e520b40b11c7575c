import type { Worker } from 'node:worker_threads';
import { kernelErrors } from '../../errors.ts';
import { unpackFailure } from './failure.ts';
import type { Statement } from './find.ts';
import type { FromReader, ReaderData, ToReader } from './reader-protocol.ts';
import { startThread } from './thread.ts';
import type { SqlValue } from './values.ts';

/** A few reader threads and those who wait for them, in the order they came; no asker takes up the last thread. */
export interface ReaderLane {
  /** QUERY_TIMEOUT after `limit` ms, waiting included; `patience`: ms that it may run, if less. */
  run(
    statement: Statement,
    limits: { limit: number; patience?: number; asker?: string | undefined },
  ): Promise<SqlValue[][]>;
  close(): Promise<void>;
}

export interface ReaderLaneOptions {
  readonly threads: number;
  readonly data: ReaderData;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly generation: () => number;
}

interface Task {
  readonly statement: Statement;
  /** ms since the epoch. */
  readonly end: number;
  readonly patience: number;
  readonly asker: string | undefined;
  readonly rows: SqlValue[][];
  readonly settle: (outcome: { rows: SqlValue[][] } | { error: unknown }) => void;
}

interface Thread {
  readonly worker: Worker;
  task: Task | undefined;
}

/** ms past its deadline after which a thread that is still busy (sorting, say) is given up. */
const grace = 2_000;

export function readerLane({ threads: size, data, now, generation }: ReaderLaneOptions): ReaderLane {
  const threads = new Set<Thread>();
  const queue: Task[] = [];

  function start(): Thread {
    const thread: Thread = { worker: startThread('reader-thread', data), task: undefined };
    thread.worker.on('message', (message: FromReader) => receive(thread, message));
    thread.worker.on('error', error => lose(thread, kernelErrors.STORE_UNAVAILABLE({ cause: error })));
    thread.worker.on('exit', () => lose(thread, kernelErrors.STORE_UNAVAILABLE({ detail: 'a reader thread ended' })));
    threads.add(thread);
    return thread;
  }

  function receive(thread: Thread, message: FromReader): void {
    const { task } = thread;
    if (!task) return;
    if (message.failure) {
      finish(thread, { error: unpackFailure(message.failure) });
      return;
    }
    for (const row of JSON.parse(message.rows)) task.rows.push(row);
    if (message.isLast) finish(thread, { rows: task.rows });
  }

  function finish(thread: Thread, outcome: Parameters<Task['settle']>[0]): void {
    const { task } = thread;
    thread.task = undefined;
    thread.worker.unref();
    next();
    task?.settle(outcome);
  }

  function lose(thread: Thread, error: unknown): void {
    if (threads.delete(thread)) finish(thread, { error });
  }

  function next(): void {
    for (;;) {
      const place = queue.findIndex(hasTurn);
      if (place < 0) return;
      const idle = [...threads].find(thread => !thread.task) ?? (threads.size < size ? start() : undefined);
      if (!idle) return;
      for (const task of queue.splice(place, 1)) give(idle, task);
    }
  }

  /** One asker's slow queries, however many, would hold up everybody's. */
  function hasTurn({ asker }: Task): boolean {
    if (asker === undefined || size === 1) return true;
    let running = 0;
    for (const { task } of threads) if (task?.asker === asker) running += 1;
    return running < size - 1;
  }

  function give(thread: Thread, task: Task): void {
    thread.task = task;
    thread.worker.ref();
    const { sql, params } = task.statement;
    const limit = Math.min(task.end - now(), task.patience);
    thread.worker.postMessage({ sql, params, limit, generation: generation() } satisfies ToReader);
  }

  /** The last resort: the thread itself ends what runs in time. */
  function expire(task: Task): void {
    const place = queue.indexOf(task);
    if (place >= 0) queue.splice(place, 1);
    for (const thread of threads) {
      if (thread.task !== task) continue;
      threads.delete(thread);
      void thread.worker.terminate();
      next();
    }
    task.settle({ error: kernelErrors.QUERY_TIMEOUT() });
  }

  return {
    run: (statement, { limit, patience = limit, asker }) =>
      new Promise((resolve, reject) => {
        const task: Task = {
          statement,
          end: now() + limit,
          patience,
          asker,
          rows: [],
          settle(outcome) {
            clearTimeout(timer);
            if ('rows' in outcome) resolve(outcome.rows);
            else reject(outcome.error);
          },
        };
        let timer = setTimeout(() => {
          if (queue.includes(task)) expire(task);
          else timer = setTimeout(() => expire(task), grace);
        }, limit);
        queue.push(task);
        next();
      }),
    async close() {
      for (const task of queue.splice(0)) task.settle({ error: closed() });
      await Promise.all([...threads].map(thread => thread.worker.terminate()));
    },
  };
}

function closed() {
  return kernelErrors.STORE_UNAVAILABLE({ detail: 'the store is closed' });
}
