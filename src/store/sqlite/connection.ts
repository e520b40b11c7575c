import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { kernelErrors } from '../../errors.ts';
import { type Deadline, deadline } from './deadline.ts';
import { understood } from './failure.ts';
import { type Prepare, statementCache } from './statement-cache.ts';
import { foldedBeside } from './values.ts';

/** One connection with its statements. */
export interface Connection {
  readonly db: DatabaseSync;
  readonly prepare: Prepare;
  readonly deadline: Deadline;
  close(): void;
}

/** The writing connection knows whether the file it writes to is still the one under its path. */
export interface WritingConnection extends Connection {
  isInPlace(): boolean;
}

export interface ConnectionOptions {
  readonly path: string;
  /** ms that only ever grow. */
  readonly clock: () => number;
  /** Set to 1 when the store closes: whatever runs is ended. */
  readonly closing?: Int32Array;
}

/** ms that the writer waits for another process's lock. */
const busyTimeout = 5_000;

export function openReader(options: ConnectionOptions): Connection {
  return open(options, true, ['PRAGMA cache_size = -16384']);
}

/** Creates the file only where `create` says so: a file that is gone is not replaced by an empty one. */
export function openWriter(options: ConnectionOptions & { create: boolean }): WritingConnection {
  if (!options.create && !existsSync(options.path)) throw gone(options.path);
  const connection = open(options, false, [
    `PRAGMA busy_timeout = ${busyTimeout}`,
    'PRAGMA journal_mode = WAL',
    'PRAGMA synchronous = FULL',
    'PRAGMA cache_size = -16384',
    'PRAGMA wal_autocheckpoint = 4000',
    'PRAGMA journal_size_limit = 67108864',
  ]);
  connection.db.function('folded_beside', { deterministic: true }, text =>
    foldedBeside(typeof text === 'string' ? text : null),
  );
  const { ino, dev } = statSync(options.path);
  return {
    ...connection,
    isInPlace() {
      const now = statSync(options.path, { throwIfNoEntry: false });
      return now?.ino === ino && now.dev === dev;
    },
  };
}

export function gone(path: string) {
  return kernelErrors.STORE_UNAVAILABLE({ detail: `the database file ${path} is gone or was replaced` });
}

function open({ path, clock, closing }: ConnectionOptions, readOnly: boolean, pragmas: readonly string[]): Connection {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly });
    for (const pragma of pragmas) db.exec(pragma);
    return { db, prepare: statementCache(db), deadline: deadline(db, { clock, closing }), close: () => db?.close() };
  } catch (error) {
    db?.close();
    throw understood(error);
  }
}
