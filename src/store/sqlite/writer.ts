import type { Worker } from 'node:worker_threads';
import { kernelErrors } from '../../errors.ts';
import type { StoredModel } from '../port.ts';
import { unpackFailure } from './failure.ts';
import { startThread } from './thread.ts';
import type { Applied, FromWriter, Job, ToWriter, WriterData } from './writer-protocol.ts';

/** The main thread's end of the writer thread. */
export interface Writer {
  /** Resolves once it is durable, with one result an operation; undefined: every operation was an insert. */
  submit(job: Job): Promise<readonly Applied[] | undefined>;
  /** After everything submitted before. */
  close(): Promise<void>;
}

export interface WriterOptions {
  readonly path: string;
  readonly timeLimit: number;
  /** The models that were opened so far, for a thread that takes over. */
  readonly models: () => readonly StoredModel[];
  /** Told when the file was opened again: readers have to as well. */
  readonly onReopened: () => void;
}

interface Pending {
  readonly resolve: (results: readonly Applied[] | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** ms between two looks for a sign of life. */
const lookEvery = 1_000;
/** Looks without one after which a thread with work to do is given up: no clock, which may be set, says so. */
const patience = 30;

export function startWriter(options: WriterOptions): Writer {
  const pending: Pending[] = [];
  let waiting: Job[] = [];
  let worker: Worker | undefined;
  let wasOpened = false;
  let looksInVain = 0;

  function start(): Worker {
    const { path, timeLimit } = options;
    const data: WriterData = { path, timeLimit, models: options.models(), create: !wasOpened };
    const fresh = startThread('writer-thread', data);
    let opened = 0;
    fresh.on('message', (message: FromWriter) => {
      looksInVain = 0;
      if (message.opened > opened && wasOpened) options.onReopened();
      wasOpened ||= message.opened > 0;
      opened = message.opened;
      settle(message);
    });
    fresh.on('error', error => lose(fresh, error));
    fresh.on('exit', code => lose(fresh, new Error(`The writer thread ended with code ${code}.`)));
    return fresh;
  }

  function settle({ answers }: FromWriter): void {
    for (const [index, answer] of answers.entries()) {
      const { resolve, reject } = pending[index] ?? {};
      if (answer.failure) reject?.(unpackFailure(answer.failure));
      else resolve?.(answer.results);
    }
    pending.splice(0, answers.length);
    if (pending.length === 0) worker?.unref();
  }

  /** What the thread was given may have been written or not. */
  function lose(lost: Worker, cause: Error): void {
    if (worker !== lost) return;
    worker = undefined;
    for (const { reject } of pending.splice(0)) {
      reject(
        kernelErrors.STORE_UNAVAILABLE({
          message: 'The database failed while it was writing. Whether the change was stored is not known.',
          detail: cause.message,
          cause,
        }),
      );
    }
    waiting = [];
  }

  function flush(): void {
    if (waiting.length === 0) return;
    worker ??= start();
    worker.ref();
    worker.postMessage({ jobs: waiting, close: false } satisfies ToWriter);
    waiting = [];
  }

  const watchdog = setInterval(() => {
    looksInVain = worker && pending.length > 0 ? looksInVain + 1 : 0;
    if (!worker || looksInVain <= patience) return;
    const stuck = worker;
    lose(stuck, new Error('The writer thread gave no sign of life.'));
    void stuck.terminate();
  }, lookEvery);
  watchdog.unref();

  function submit(job: Job): Promise<readonly Applied[] | undefined> {
    if (pending.length === 0) looksInVain = 0;
    // After all microtasks: what callers write in answer to one commit goes to the thread as one message.
    if (waiting.length === 0) process.nextTick(flush);
    waiting.push(job);
    return new Promise((resolve, reject) => pending.push({ resolve, reject }));
  }

  return {
    submit,
    async close() {
      clearInterval(watchdog);
      flush();
      const last = worker;
      if (!last) return;
      const ended = new Promise(resolve => last.once('exit', resolve));
      last.ref();
      last.postMessage({ jobs: [], close: true } satisfies ToWriter);
      await ended;
    },
  };
}
