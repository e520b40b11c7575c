import type { Misfit } from '../mapping.ts';
import type { Store } from '../port.ts';
import { connect } from './connect.ts';
import type { Database, MetaDocument, MongoModel } from './database.ts';
import { trackInFlight } from './in-flight.ts';
import { mapError } from './map-error.ts';
import { idText } from './mapped/misfits.ts';
import { metaCollection, openModels } from './open-models.ts';
import { ping } from './ping.ts';
import { probeTransactions } from './probe-transactions.ts';
import { aggregateRows, count, countMisfits, find } from './read.ts';
import { createSignal } from './watch.ts';
import { write } from './write.ts';

export interface MongoStoreOptions {
  /** Database `gatehouse` where the URI names none. */
  readonly uri: string;
  /** ms since the epoch. */
  readonly now: () => number;
  /** ms for a query that names no limit of its own. */
  readonly queryTimeLimit: number;
  /** ms until a server that does not answer counts as away. Default 2000. */
  readonly selectionTimeout?: number;
  /** Longest list of ids in a query; beyond it the server joins. Default 20,000. */
  readonly listLimit?: number;
  /** Told once of each field of a mapped model in which a value was met that does not fit. */
  readonly onMisfit?: ((misfit: Misfit) => void) | undefined;
}

const writeTimeLimit = 5000;

/**
 * A store on MongoDB or a compatible server; what the server lacks is found by trying. Every method throws
 * STORE_UNAVAILABLE while the server is away, within `selectionTimeout` where connections are refused and within the
 * operation's own limit where they go silent, and works again when it is back.
 * Throws CONFIG_INVALID (no such URI) and STORE_UNAVAILABLE.
 */
export async function openMongoStore(options: MongoStoreOptions): Promise<Store> {
  const { uri, now, queryTimeLimit, selectionTimeout = 2000, listLimit = 20_000, onMisfit = () => {} } = options;
  const timeLimits = { query: queryTimeLimit, write: writeTimeLimit };
  const {
    connection,
    db,
    product,
    location,
    close: disconnect,
  } = await connect({
    uri,
    selectionTimeout,
    majorityTimeout: writeTimeLimit,
  });
  const meta = db.collection<MetaDocument>(metaCollection);
  const models = new Map<string, MongoModel>();
  const told = new Set<string>();
  const tellOnce =
    (model: string) =>
    ({ field, path, _id }: { field: string; path: string; _id: unknown }): void => {
      const key = `${model}.${field}`;
      if (told.has(key)) return;
      told.add(key);
      onMisfit({ model, field, path, example: idText(_id) });
    };

  try {
    const signal = await createSignal({ meta, timeLimit: writeTimeLimit });
    const transactions = await probeTransactions({ client: connection.getClient(), meta, now });
    const operations = trackInFlight();
    let closing: Promise<void> | undefined;
    const close = async () => {
      await operations.end();
      await signal.close();
      await disconnect();
    };
    const database: Database = {
      ...{ connection, db, meta, transactions, listLimit, timeLimits },
      model(name) {
        const found = models.get(name);
        if (!found) throw new TypeError(`the store was not opened with a model ${name}`);
        return found;
      },
    };
    return {
      info: { kind: 'mongodb', product, location },
      capabilities: { transactions },
      open: added =>
        operations.run(async () => {
          try {
            const client = connection.getClient();
            const opened = await openModels({ client, db, meta, models: added, onMisfit: tellOnce });
            for (const model of opened) models.set(model.name, model);
          } catch (thrown) {
            throw mapError(thrown);
          }
        }),
      find: query => operations.run(() => find(database, query)),
      count: query => operations.run(() => count(database, query)),
      aggregate: query => operations.run(() => aggregateRows(database, query)),
      write: (list, writeOptions) =>
        operations.run(() => write({ database, signal, operations: list, options: writeOptions })),
      watch: signal.listen,
      misfits: () =>
        operations.run(async () => {
          const found: Misfit[] = [];
          for (const model of models.values()) found.push(...(await countMisfits(database, model)));
          return found;
        }),
      ping: () => operations.run(() => ping(database)),
      close() {
        closing ??= close();
        return closing;
      },
    };
  } catch (thrown) {
    await disconnect();
    throw mapError(thrown);
  }
}
