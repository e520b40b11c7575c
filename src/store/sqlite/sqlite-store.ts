import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { hasCode, kernelErrors } from '../../errors.ts';
import type { Condition } from '../condition.ts';
import type { Store, StoredModel } from '../port.ts';
import { compileAggregate } from './aggregate.ts';
import { encodeOperation } from './encode-operation.ts';
import { isUnavailable } from './failure.ts';
import { compileCount, compileFind, type Plan, type Statement } from './find.ts';
import { isPointRead, isShort } from './point-read.ts';
import { pointReader } from './point-reader.ts';
import { readerPool } from './reader-pool.ts';
import { type Tables, tableFor, tableOf } from './table.ts';
import { type SqlValue, shapeOf } from './values.ts';
import { watchSequence } from './watch.ts';
import { startWriter } from './writer.ts';

export interface SqliteStoreOptions {
  /** The file; it and its folder are created, readable by their owner alone. */
  readonly path: string;
  /** ms since the epoch. */
  readonly now: () => number;
  /** ms that a query may take where it does not say. */
  readonly queryTimeLimit: number;
  readonly log?: (message: string) => void;
}

/*
 * One file, and these connections to it:
 *
 *   main thread    point reads, microseconds each
 *   writer thread  every write, grouped: many jobs, one transaction, one fsync
 *   quick lane     two reader threads: queries that use an index
 *   slow lane      two reader threads: scans and aggregates
 */

/** Opens the store. STORE_UNAVAILABLE where the file cannot be opened or is not a database. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { now, queryTimeLimit, log = () => {} } = options;
  const path = resolve(options.path);
  await createFile(path);
  const closing = new Int32Array(new SharedArrayBuffer(4));
  let tables: Tables = new Map();
  let generation = 0;
  let closed: Promise<void> | undefined;
  let opening: Promise<unknown> | undefined;

  const writer = startWriter({
    path,
    timeLimit: queryTimeLimit,
    models: () => [...tables.values()].map(table => table.model),
    onReopened() {
      generation += 1;
      log('the database file was opened again');
    },
  });
  await writer.submit({ kind: 'open', models: [] }).catch(async error => {
    await writer.close();
    // A path may be mistyped, and SQLite does not name it.
    if (!hasCode(error, 'STORE_UNAVAILABLE')) throw error;
    throw kernelErrors.STORE_UNAVAILABLE({ detail: `${path}: ${error.detail}`, cause: error });
  });
  const clock = () => performance.now();
  const reader = pointReader({ path, clock, generation: () => generation });
  const pool = readerPool({ data: { path, closing }, now, generation: () => generation, planner: reader });
  const watch = watchSequence({ reader, log });
  const version = reader.rows({ sql: 'SELECT sqlite_version()', params: [] })[0]?.[0];

  function checkOpen(): void {
    if (closed) throw kernelErrors.STORE_UNAVAILABLE({ detail: 'the store is closed' });
  }

  /** What is done at once, on this thread; all else, and what fails here, in the reader threads, within its limit. */
  async function read(query: Query, compile: (plan: Plan) => Statement): Promise<SqlValue[][]> {
    checkOpen();
    const at = { table: tableFor(tables, query.model), tables };
    const approach = isPointRead(query.where, at) ? 'row' : 'set';
    if (approach === 'row' && isShort(query.where, at)) {
      try {
        return reader.rows(compile({ tables, approach, timed: false }));
      } catch (error) {
        if (!isUnavailable(error)) throw error;
      }
    }
    return pool.run(compile({ tables, approach, timed: true }), query.timeLimit ?? queryTimeLimit, query.asker);
  }

  return {
    info: { kind: 'sqlite', product: `SQLite ${version}`, location: path },
    capabilities: { transactions: true },
    async open(models) {
      checkOpen();
      checkUnmapped(models);
      const added = models.map(tableOf);
      const opened = writer.submit({ kind: 'open', models }).then(() => {
        tables = new Map([...tables, ...added.map(table => [table.model.name, table] as const)]);
      });
      const all = Promise.allSettled([opening, opened]).then(() => {
        if (opening === all) opening = undefined;
      });
      opening = all;
      await opened;
    },
    async find(query) {
      let shape = shapeOf([]);
      const rows = await read(query, plan => {
        const statement = compileFind(query, plan);
        shape = statement.shape;
        return statement;
      });
      return rows.map(values => shape.decode(values));
    },
    async count(query) {
      const rows = await read(query, plan => compileCount(query, plan));
      return Number(rows[0]?.[0]);
    },
    async aggregate(query) {
      checkOpen();
      const statement = compileAggregate(query, { tables, approach: 'set', timed: true });
      const rows = await pool.run(statement, query.timeLimit ?? queryTimeLimit, query.asker);
      return rows.map(values => statement.decode(values));
    },
    async write(operations, { atomic = true } = {}) {
      checkOpen();
      // What is written while models are opened is encoded for the tables as they will be; all else at once, so that
      // nothing changes the tables between encoding and writing.
      while (opening) await opening;
      const encoded = operations.map(operation => encodeOperation(operation, tables));
      if (encoded.length === 0) return [];
      const applied = await writer.submit({ kind: 'write', operations: encoded, atomic });
      if (!applied) return encoded.map(() => ({ matched: 1, rows: [] }));
      return applied.map(({ matched, rows }, index) => {
        const shape = shapeOf(tableFor(tables, encoded[index]?.model ?? '').columns);
        return { matched, rows: rows.map(values => shape.decode(values)) };
      });
    },
    watch(listener) {
      checkOpen();
      return watch.add(listener);
    },
    misfits: () => Promise.resolve([]),
    async ping() {
      checkOpen();
      await writer.submit({ kind: 'ping' });
      reader.rows({ sql: `SELECT "value" FROM "$sequence" WHERE "name" = 'ping'`, params: [] });
    },
    close() {
      closed ??= (async () => {
        watch.close();
        await writer.close();
        Atomics.store(closing, 0, 1);
        await pool.close();
        reader.close();
      })();
      return closed;
    },
  };
}

function checkUnmapped(models: readonly StoredModel[]): void {
  const mapped = models.filter(({ mapping }) => mapping).map(({ name }) => name);
  if (mapped.length === 0) return;
  throw kernelErrors.CONFIG_INVALID({
    message: `Mapped onto collections of MongoDB, which SQLite has none of: ${mapped.join(', ')}. Use a MongoDB URI as the store, or take these models out.`,
  });
}

interface Query {
  readonly model: string;
  readonly where: Condition;
  readonly timeLimit?: number;
  readonly asker?: string;
}

async function createFile(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, 'a', 0o600);
    await file.close();
  } catch (cause) {
    throw kernelErrors.STORE_UNAVAILABLE({
      detail: `${path}: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    });
  }
}
