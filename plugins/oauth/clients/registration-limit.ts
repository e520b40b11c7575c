import { all, compare, equals, hasCode, isoTime, type Runtime, recordStamp } from '../../../src/index.ts';

const model = 'oauth.registration-count';
const minute = 60_000;
/** How often a place is asked for that others are asking for at the same moment. */
const attempts = 10;

interface Places {
  readonly runtime: Runtime;
  readonly kind: 'dcr' | 'cimd';
  readonly perMinute: number;
}

/**
 * Hands out the places that a minute has for new clients, on all instances together; false: there is none left. Not by
 * address: all users of Claude, and all of ChatGPT, come from a few.
 */
export function createPlaces(places: Places): () => Promise<boolean> {
  /** One at a time: a database in which hundreds begin the same row at once is busy with nothing else. */
  let last: Promise<unknown> = Promise.resolve();
  /** The minute, ms since the epoch, of which no place is left. */
  let full = Number.NaN;
  async function take(): Promise<boolean> {
    const begun = Math.floor(places.runtime.now() / minute) * minute;
    if (begun === full) return false;
    const isTaken = await takePlace({ ...places, begun });
    if (!isTaken) full = begun;
    return isTaken;
  }
  return () => {
    const taking = last.then(take);
    last = taking.catch(() => undefined);
    return taking;
  };
}

async function takePlace({ runtime, kind, perMinute, begun }: Places & { begun: number }): Promise<boolean> {
  const window = `${kind} ${isoTime(begun)}`;
  const expires = isoTime(begun + 2 * minute);
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (await countUp({ runtime, window, perMinute })) return true;
      const [counted] = await runtime.store.find({ model, where: equals('window', window), limit: 1 });
      if (counted && Number(counted.count) >= perMinute) return false;
      if (counted) continue;
      const row = { id: runtime.newId(), window, count: 1, expires_at: expires, ...recordStamp(runtime) };
      await runtime.store.write([{ kind: 'insert', model, row }]);
      return true;
    } catch (thrown) {
      // Another instance began the same minute at the same moment.
      const isContention = hasCode(thrown, 'VALUE_NOT_UNIQUE') || hasCode(thrown, 'STORE_CONFLICT');
      if (!isContention || attempt >= attempts) throw thrown;
    }
  }
}

async function countUp(input: { runtime: Runtime; window: string; perMinute: number }): Promise<boolean> {
  const { runtime, window, perMinute } = input;
  const where = all(equals('window', window), compare('count', '<', perMinute));
  const [counted] = await runtime.store.write([{ kind: 'update', model, where, add: { count: 1 } }]);
  return counted !== undefined && counted.matched > 0;
}

/** Removes the counts of minutes that are over. */
export async function dropOldCounts(runtime: Runtime): Promise<void> {
  const where = compare('expires_at', '<=', isoTime(runtime.now()));
  await runtime.store.write([{ kind: 'remove', model, where }], { atomic: false });
}
