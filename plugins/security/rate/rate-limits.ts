import { LRUCache } from 'lru-cache';
import type { Principal } from '../../../src/index.ts';
import type { ShareKeeper } from './share-keeper.ts';
import { type Counter, createCounter } from './shared-counter.ts';

/** Where a caller stands with the limit that is closest to being reached. */
export interface Standing {
  readonly limit: number;
  /** Calls that it has left at this moment. Where other instances have a share of the limit, those that are sure. */
  readonly remaining: number;
  /** When one more becomes free, as far as is known here; ms since the epoch. */
  readonly resetAt: number;
}

export interface Taken extends Standing {
  readonly isAllowed: boolean;
}

export interface RateLimits {
  /**
   * Counts the call against every limit, or, where one is reached, against none: a refused call costs nothing. At once
   * while this instance's shares of the limits suffice.
   */
  take(input: Taking): Taken | Promise<Taken>;
  /** The standing alone. */
  look(input: Taking): Standing;
  /** Forgets callers without a call in the last minute; says how many. */
  sweep(now: number): Promise<number>;
}

export interface Taking {
  readonly principal: Principal;
  /** The credential's own limit; undefined: the settings'. */
  readonly rate: number | undefined;
  /** ms since the epoch. */
  readonly now: number;
}

/** Callers remembered at a time. */
const maxCounters = 100_000;
/** Times that a call waits for more at most; each gets what there is at that moment. */
const maxRounds = 3;
/** ms after which it is worth a try where nobody has told when something becomes free. */
const soon = 1_000;

interface Limit {
  readonly limit: number;
  readonly counter: Counter;
}

interface Attempt {
  readonly limits: readonly Limit[];
  /** ms since the epoch. */
  readonly now: number;
  readonly keeper: ShareKeeper | undefined;
}

/** A limit with room that this instance has no share of yet. */
interface Short {
  readonly short: Limit;
  readonly keeper: ShareKeeper;
}

/**
 * Exact sliding windows of 60 s: per credential, per user, and for everyone together. With a keeper, this instance's
 * windows hold no more than its shares.
 */
export function createRateLimits(parts: {
  readonly settings: { readonly perMinute: number; readonly perUser: number | null; readonly global: number | null };
  /** undefined: this instance counts for itself. */
  readonly keeper?: () => ShareKeeper | undefined;
}): RateLimits {
  const { settings, keeper: keeperOf = () => undefined } = parts;
  const counters = new LRUCache<string, Counter>({
    max: maxCounters,
    dispose: (counter, _key, reason) => reason === 'evict' && keeperOf()?.drop(counter),
  });

  function counterOf(key: string): Counter {
    const known = counters.get(key);
    if (known) return known;
    const fresh = createCounter(key);
    counters.set(key, fresh);
    return fresh;
  }

  function limitsOf({ principal, rate }: Taking): Limit[] {
    const { credential, user } = principal;
    const own = counterOf(`${credential.kind} ${credential.id}`);
    const limits: Limit[] = [{ limit: rate ?? settings.perMinute, counter: own }];
    if (settings.perUser !== null) limits.push({ limit: settings.perUser, counter: counterOf(`user ${user.id}`) });
    if (settings.global !== null) limits.push({ limit: settings.global, counter: counterOf('everyone') });
    return limits;
  }

  /** Counts the call where all limits have room here; otherwise says whether one is reached, or which shares are. */
  function attempt({ limits, now, keeper }: Attempt): Taken | Short {
    let short: Short | undefined;
    for (const own of limits) {
      const count = own.counter.window.count(now);
      if (count >= own.limit) return { isAllowed: false, ...standing(limits, now) };
      if (keeper && count >= keeper.room(own.counter, own.limit)) short ??= { short: own, keeper };
    }
    if (short) return short;
    for (const { limit, counter } of limits) {
      counter.window.hit(now);
      keeper?.counted(counter, limit);
    }
    return { isAllowed: true, ...standing(limits, now) };
  }

  async function takeLater(input: Short & { readonly limits: readonly Limit[] }): Promise<Taken> {
    const { limits, keeper } = input;
    let { short } = input;
    for (let round = 1; round <= maxRounds; round += 1) {
      const more = keeper.more(short.counter, short.limit);
      if (!more) break;
      await more;
      const taken = attempt({ limits, now: keeper.now(), keeper });
      if (!('short' in taken)) return taken;
      short = taken.short;
    }
    const now = keeper.now();
    const resetAt = keeper.freeAt(short.counter) ?? now + soon;
    return { isAllowed: false, limit: short.limit, remaining: 0, resetAt };
  }

  /** Of several limits, the one with the least left; of those, the one that opens last. */
  function standing(limits: readonly Limit[], now: number): Standing {
    const keeper = keeperOf();
    let worst: Standing | undefined;
    for (const { limit, counter } of limits) {
      const remaining = Math.max(0, (keeper?.reach(counter, limit) ?? limit) - counter.window.count(now));
      const resetAt = counter.window.nextRelease(now) ?? now;
      const isWorse =
        !worst || remaining < worst.remaining || (remaining === worst.remaining && resetAt > worst.resetAt);
      if (isWorse) worst = { limit, remaining, resetAt };
    }
    return worst ?? { limit: 0, remaining: 0, resetAt: now };
  }

  return {
    take(input) {
      const keeper = keeperOf();
      const limits = limitsOf(input);
      const taken = attempt({ limits, now: input.now, keeper });
      if (!('short' in taken)) return taken;
      return takeLater({ limits, short: taken.short, keeper: taken.keeper });
    },
    look: input => standing(limitsOf(input), input.now),
    async sweep(now) {
      const idle = [...counters.entries()].filter(([, { window }]) => window.count(now) === 0);
      const keeper = keeperOf();
      const released = await keeper?.release(idle.map(([, counter]) => counter));
      let dropped = 0;
      for (const [index, [key, { lease, window }]] of idle.entries()) {
        const isGone = released?.[index] !== false && lease.share === 0 && !lease.changing && !lease.asking;
        if (!isGone || window.count(now) > 0) continue;
        counters.delete(key);
        dropped += 1;
      }
      return dropped;
    },
  };
}
