import type { mongo } from 'mongoose';
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
const countUp = [{ _id: 'watch' }, { $inc: { count: 1 } }] as const;
const counting = { upsert: true, returnDocument: 'after' } as const;

/**
 * A count in one document, up by one with every write to a watched model, read four times a second: change streams are
 * not to be had on every server. A listener hears of everything that others have written since the store was opened.
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
  let seen = await readCount();
  let isOwed = false;
  let polling: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function readCount(): Promise<number> {
    const found = await bounded(meta.findOne({ _id: 'watch' }, { maxTimeMS: timeLimit }), timeLimit);
    return found?.count ?? 0;
  }

  async function raise(): Promise<void> {
    isOwed = true;
    const options = { ...counting, maxTimeMS: timeLimit };
    try {
      const after = await bounded(meta.findOneAndUpdate(...countUp, options), timeLimit);
      isOwed = false;
      // Nobody listens, and nobody else has written: nothing to tell whoever listens next.
      if (listeners.size === 0 && after?.count === seen + 1) seen = after.count;
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
      await meta.findOneAndUpdate(...countUp, { ...counting, session });
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
