import type { Store } from './port.ts';

/** What of the port takes time that matters. */
export const timedOperations = ['find', 'count', 'aggregate', 'write'] as const;
/** An operation of a store whose time is taken. */
export type TimedOperation = (typeof timedOperations)[number];

/** The same store, which tells when a read or write begins, how long it took (ms) and whether it failed. */
export function timedStore(input: {
  readonly store: Store;
  readonly ticks: () => number;
  readonly onBegun: (operation: TimedOperation) => void;
  readonly onDone: (done: { operation: TimedOperation; ms: number; hasFailed: boolean }) => void;
}): Store {
  const { store, ticks, onBegun, onDone } = input;
  function timed<A extends unknown[], R>(operation: TimedOperation, run: (...args: A) => Promise<R>) {
    return (...args: A): Promise<R> => {
      const begun = ticks();
      onBegun(operation);
      const done = run(...args);
      done.then(
        () => onDone({ operation, ms: ticks() - begun, hasFailed: false }),
        () => onDone({ operation, ms: ticks() - begun, hasFailed: true }),
      );
      return done;
    };
  }
  return {
    info: store.info,
    get capabilities() {
      return store.capabilities;
    },
    open: models => store.open(models),
    find: timed('find', query => store.find(query)),
    count: timed('count', query => store.count(query)),
    aggregate: timed('aggregate', query => store.aggregate(query)),
    write: timed('write', (operations, options) => store.write(operations, options)),
    watch: listener => store.watch(listener),
    misfits: () => store.misfits(),
    ping: () => store.ping(),
    close: () => store.close(),
  };
}
