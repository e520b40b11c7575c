import type { mongo } from 'mongoose';
import type { Database } from './database.ts';
import { bounded } from './limits.ts';

/**
 * Carries out `run` all or nothing. It runs again where the server asks for it (a write conflict, a new primary), until
 * `limit` ms have passed.
 */
export async function inTransaction<T>({
  database,
  limit,
  run,
}: {
  database: Database;
  limit: number;
  run: (session: mongo.ClientSession) => Promise<T>;
}): Promise<T> {
  const session = await database.connection.startSession();
  try {
    const work = session.withTransaction(run, {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority', journal: true },
      readPreference: 'primary',
    });
    return await bounded(work, limit);
  } finally {
    // Also ends what is still running past the limit.
    await session.endSession();
  }
}
