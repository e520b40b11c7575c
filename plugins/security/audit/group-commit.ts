import { AsyncLocalStorage } from 'node:async_hooks';

/** Writes what comes together in one go. */
export interface GroupCommit<T> {
  /** Resolves when the item is written. Rejects with why it is not, or with `refuse()` where too many wait. */
  add(item: T): Promise<void>;
  /** Items that are not written yet, at this moment. */
  waiting(): number;
  /** Resolves when nothing waits and nothing is on its way. */
  drained(): Promise<void>;
}

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * While one batch is on its way, the next one gathers. `defer` puts off each batch until those who come at the same
 * moment are there too (`setImmediate`): the first of a burst, and those who were waiting for the batch before.
 */
export function createGroupCommit<T>(parts: {
  readonly write: (items: readonly T[]) => Promise<void>;
  readonly defer: (run: () => void) => void;
  readonly maxBatch: number;
  readonly maxWaiting: number;
  readonly refuse: () => Error;
}): GroupCommit<T> {
  let waiting: Waiting<T>[] = [];
  let running: Promise<void> | undefined;
  let underWay = 0;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      await new Promise<void>(resolve => parts.defer(resolve));
      const batch = waiting.slice(0, parts.maxBatch);
      waiting = waiting.slice(parts.maxBatch);
      underWay = batch.length;
      try {
        await parts.write(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (thrown) {
        for (const { reject } of batch) reject(thrown);
      }
    }
    underWay = 0;
    running = undefined;
  }

  // A batch is the work of many calls, not of the one that came first.
  const begin = AsyncLocalStorage.bind(run);

  return {
    add(item) {
      if (waiting.length >= parts.maxWaiting) return Promise.reject(parts.refuse());
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ item, resolve, reject });
      running ??= begin();
      return promise;
    },
    waiting: () => waiting.length + underWay,
    drained: () => running ?? Promise.resolve(),
  };
}
