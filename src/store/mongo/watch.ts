import { mongo } from 'mongoose';
import type { MetaDocument } from './database.ts';
import { bounded } from './limits.ts';

/** Tells every instance that a watched model was written to. */
export interface Signal {
  /** After a write. A failure is made up for later: the write itself is durable. */
  raise(): Promise<void>;
  /** As part of a transaction. */
  raiseWithin(session: mongo.ClientSession): Promise<void>;
  listen(listener: () => void): () => void;
  /** Ends the polling; tells what is still owed. */
  close(): Promise<void>;
}

const pollEvery = 250;
const countUp = { $inc: { count: 1 } };
/** Several counts, so that transactions at the same time seldom wait for each other's. */
const counters = Array.from({ length: 16 }, (_, slot) => `watch-${slot}`);

/**
 * Counts that go up by one with every write to a watched model and are read four times a second: change streams are not
 * to be had on every server. A listener hears of everything that others have written since the store was opened.
 */
export async function createSignal({
  meta,
  timeLimit,
}: {
  meta: mongo.Collection<MetaDocument>;
  /** ms. */
  timeLimit: number;
}): Promise<Signal> {
  const listeners = new Set<() => void>();
  await createCounters(meta);
  let seen = await readCount();
  let isOwed = false;
  let polling: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function readCount(): Promise<number> {
    const found = meta.find({ _id: { $in: counters } }, { maxTimeMS: timeLimit }).toArray();
    return (await bounded(found, timeLimit)).reduce((sum, { count = 0 }) => sum + count, 0);
  }

  async function raise(): Promise<void> {
    isOwed = true;
    try {
      await bounded(meta.updateOne({ _id: 'watch-0' }, countUp, { maxTimeMS: timeLimit }), timeLimit);
      isOwed = false;
      // Whoever listens next has nothing to hear of what was written here.
      if (listeners.size === 0) seen += 1;
    } catch {
      // The next poll, or closing, tries again.
    }
  }

  async function poll(): Promise<void> {
    if (isOwed) await raise();
    try {
      const count = await readCount();
      if (count === seen) return;
      seen = count;
    } catch {
      // The database is away: every other operation says so, and the next poll catches up.
      return;
    }
    for (const listener of listeners) listener();
  }

  function tick(): void {
    polling ??= poll().finally(() => {
      polling = undefined;
    });
  }

  return {
    raise,
    async raiseWithin(session) {
      // Sessions have random ids.
      const slot = (session.id?.id.buffer[0] ?? 0) % counters.length;
      await meta.updateOne({ _id: `watch-${slot}` }, countUp, { session });
    },
    listen(listener) {
      const own = () => listener();
      listeners.add(own);
      timer ??= setInterval(tick, pollEvery).unref();
      return () => {
        listeners.delete(own);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    async close() {
      clearInterval(timer);
      listeners.clear();
      await polling;
      if (isOwed) await raise();
    },
  };
}

/** Another instance may do the same at the same moment. */
async function createCounters(meta: mongo.Collection<MetaDocument>): Promise<void> {
  const there = new Set((await meta.find({ _id: { $in: counters } }).toArray()).map(({ _id }) => _id));
  for (const _id of counters.filter(id => !there.has(id))) {
    try {
      await meta.insertOne({ _id, count: 0 });
    } catch (thrown) {
      if (!(thrown instanceof mongo.MongoServerError && thrown.code === 11000)) throw thrown;
    }
  }
}
