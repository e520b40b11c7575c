import { setTimeout as sleep } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import type { Database } from './database.ts';
import { bounded, LimitReached } from './limits.ts';
import { isConflict } from './map-error.ts';

const attemptsAtMost = 100;
/** ms; grows with every attempt up to ten times as much. */
const pause = 5;

/**
 * Carries out `run` all or nothing. It runs again where another transaction was in the way, until `limit` ms have
 * passed: the driver sees to that where the server marks the error as transient, as MongoDB does; servers that only
 * send its code are seen to here.
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
  let isOver = false;
  const once = (current: mongo.ClientSession) => {
    if (isOver) throw new LimitReached(limit);
    return run(current);
  };
  try {
    return await bounded(untilNobodyIsInTheWay(session, once), limit);
  } finally {
    isOver = true;
    await session.endSession();
  }
}

async function untilNobodyIsInTheWay<T>(
  session: mongo.ClientSession,
  run: (session: mongo.ClientSession) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await session.withTransaction(run, {
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority', journal: true },
        readPreference: 'primary',
      });
    } catch (thrown) {
      if (attempt === attemptsAtMost || !isConflict(thrown)) throw thrown;
      await sleep(pause * Math.min(attempt, 10) + ownDelay(session));
    }
  }
}

/** 0 to 15 ms, another one for most sessions, whose ids are random: callers in each other's way must not keep step. */
function ownDelay(session: mongo.ClientSession): number {
  return (session.id?.id.buffer[1] ?? 0) % 16;
}
