import type { Store } from './port.ts';

/** The same store, with every query said to be this asker's. */
export function askedBy(store: Store, asker: string): Store {
  return {
    info: store.info,
    get capabilities() {
      return store.capabilities;
    },
    open: models => store.open(models),
    find: query => store.find({ ...query, asker }),
    count: query => store.count({ ...query, asker }),
    aggregate: query => store.aggregate({ ...query, asker }),
    write: (operations, options) => store.write(operations, options),
    watch: listener => store.watch(listener),
    misfits: () => store.misfits(),
    ping: () => store.ping(),
    close: () => store.close(),
  };
}
