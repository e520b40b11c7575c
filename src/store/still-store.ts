import type { Store, WriteOperation, WriteResult } from './port.ts';

/**
 * A store that is read and never changed: what is written goes nowhere and is said to be done, with as many rows
 * touched as were expected. For trials: what is decided from a store must not change it.
 */
export function stillStore(store: Store): Store {
  return {
    info: store.info,
    get capabilities() {
      return store.capabilities;
    },
    open: models => store.open(models),
    find: query => store.find(query),
    count: query => store.count(query),
    aggregate: query => store.aggregate(query),
    write: async operations => operations.map(written),
    watch: listener => store.watch(listener),
    misfits: () => store.misfits(),
    ping: () => store.ping(),
    close: () => store.close(),
  };
}

function written(operation: WriteOperation): WriteResult {
  if (operation.kind === 'insert') {
    const { row, version = 1 } = operation;
    return { matched: 1, rows: [{ ...row, version, id: String(row.id) }] };
  }
  return { matched: operation.expect ?? 0, rows: [] };
}
