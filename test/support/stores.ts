import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { describe } from 'vitest';

/** A database of one test file's own. */
export interface TestStore {
  /** As the config names it. */
  readonly location: string;
  drop(): Promise<void>;
}

export async function sqliteStore(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  return { location: `sqlite:${join(folder, 'test.db')}`, drop: () => rm(folder, { recursive: true, force: true }) };
}

/** A fresh database on the server that `MONGODB_URI` names. */
export function mongoStore(): TestStore {
  const uri = new URL(process.env.MONGODB_URI ?? '');
  uri.pathname = `/gatehouse_test_${randomBytes(6).toString('hex')}`;
  const location = uri.href;
  return {
    location,
    async drop() {
      const connection = await mongoose.createConnection(location).asPromise();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

/**
 * Runs a suite on every store: SQLite always, MongoDB where `MONGODB_URI` names a server; without one its half is
 * skipped and says so, and in CI that is a failure.
 */
export function describeOnStores(title: string, suite: (open: () => Promise<TestStore>) => void): void {
  describe(`${title} (SQLite)`, () => suite(sqliteStore));
  if (process.env.MONGODB_URI) describe(`${title} (MongoDB)`, () => suite(async () => mongoStore()));
  else if (process.env.CI) throw new Error('MONGODB_URI is not set: in CI the MongoDB half must run');
  else describe.skip(`${title} (MongoDB): skipped, MONGODB_URI is not set`, () => suite(async () => mongoStore()));
}
