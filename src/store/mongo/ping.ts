import type { Database } from './database.ts';
import { bounded } from './limits.ts';
import { mapError } from './map-error.ts';

/** `ping` of the port: one write that reads back what it wrote. */
export async function ping(database: Database): Promise<void> {
  const { meta, timeLimits } = database;
  const write = meta.findOneAndUpdate(
    { _id: 'ping' },
    { $inc: { count: 1 } },
    { upsert: true, returnDocument: 'after', maxTimeMS: timeLimits.write },
  );
  try {
    await bounded(write, timeLimits.write);
  } catch (thrown) {
    throw mapError(thrown);
  }
}

const answersWithin = 500;

/** Whether the server answers anything at all right now. */
export async function isReachable({ db }: Database): Promise<boolean> {
  try {
    await bounded(db.command({ ping: 1 }), answersWithin);
    return true;
  } catch {
    return false;
  }
}
