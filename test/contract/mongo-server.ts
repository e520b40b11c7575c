import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import { describe, test } from 'vitest';

/** A database of the test's own on the server that MONGODB_URI names. */
export interface TestDatabase {
  readonly uri: string;
  /** Straight to the server, for what the store would not do. */
  connect(): Promise<mongoose.Connection>;
  drop(): Promise<void>;
}

/** A suite about MongoDB alone. Skipped where MONGODB_URI names no server; in CI that is a failure. */
export function describeOnMongo(title: string, suite: (database: () => TestDatabase) => void): void {
  if (process.env.MONGODB_URI) describe(title, () => suite(newDatabase));
  else if (process.env.CI) throw new Error('MONGODB_URI is not set: in CI the tests on MongoDB must run');
  else test.skip(`${title}: skipped, MONGODB_URI is not set`, () => undefined);
}

function newDatabase(): TestDatabase {
  const uri = new URL(process.env.MONGODB_URI ?? '');
  uri.pathname = `/gatehouse_test_${randomBytes(6).toString('hex')}`;
  const connect = () => mongoose.createConnection(uri.href).asPromise();
  return {
    uri: uri.href,
    connect,
    async drop() {
      const connection = await connect();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
