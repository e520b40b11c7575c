import { LRUCache } from 'lru-cache';
import type { Principal } from '../../../src/index.ts';
import { createSlidingWindow, type SlidingWindow } from './sliding-window.ts';

/** Where a caller stands with the limit that is closest to being reached. */
export interface Standing {
  readonly limit: number;
  /** Calls that it has left at this moment. */
  readonly remaining: number;
  /** When one more becomes free, ms since the epoch. */
  readonly resetAt: number;
}

export interface RateLimits {
  /** Counts the call against every limit, or, where one is reached, against none: a refused call costs nothing. */
  take(input: Taking): Standing & { readonly isAllowed: boolean };
  /** The standing alone. */
  look(input: Taking): Standing;
  /** Forgets callers without a call in the last minute; says how many. */
  sweep(now: number): number;
}

export interface Taking {
  readonly principal: Principal;
  /** The credential's own limit; undefined: the settings'. */
  readonly rate: number | undefined;
  /** ms since the epoch. */
  readonly now: number;
}

const windowLength = 60_000;
/** Callers remembered at a time. */
const maxCounters = 100_000;

interface Counter {
  readonly limit: number;
  readonly window: SlidingWindow;
}

/** Exact sliding windows of 60 s: per credential, per user, and for everyone together. */
export function createRateLimits(settings: {
  readonly perMinute: number;
  readonly perUser: number | null;
  readonly global: number | null;
}): RateLimits {
  const windows = new LRUCache<string, SlidingWindow>({ max: maxCounters });
  const everyone = createSlidingWindow(windowLength);

  function windowOf(key: string): SlidingWindow {
    const known = windows.get(key);
    if (known) return known;
    const fresh = createSlidingWindow(windowLength);
    windows.set(key, fresh);
    return fresh;
  }

  function countersOf({ principal, rate }: Taking): Counter[] {
    const { credential, user } = principal;
    const own = windowOf(`${credential.kind} ${credential.id}`);
    const counters: Counter[] = [{ limit: rate ?? settings.perMinute, window: own }];
    if (settings.perUser !== null) counters.push({ limit: settings.perUser, window: windowOf(`user ${user.id}`) });
    if (settings.global !== null) counters.push({ limit: settings.global, window: everyone });
    return counters;
  }

  return {
    take(input) {
      const counters = countersOf(input);
      const { now } = input;
      const isAllowed = counters.every(({ limit, window }) => window.count(now) < limit);
      if (isAllowed) for (const { window } of counters) window.hit(now);
      return { isAllowed, ...standing(counters, now) };
    },
    look: input => standing(countersOf(input), input.now),
    sweep(now) {
      let dropped = 0;
      for (const [key, window] of windows.entries()) {
        if (window.count(now) > 0) continue;
        windows.delete(key);
        dropped += 1;
      }
      return dropped;
    },
  };
}

/** Of several limits, the one with the least left; of those, the one that opens last. */
function standing(counters: readonly Counter[], now: number): Standing {
  let worst: Standing | undefined;
  for (const { limit, window } of counters) {
    const remaining = Math.max(0, limit - window.count(now));
    const resetAt = window.nextRelease(now) ?? now;
    const isWorse = !worst || remaining < worst.remaining || (remaining === worst.remaining && resetAt > worst.resetAt);
    if (isWorse) worst = { limit, remaining, resetAt };
  }
  return worst ?? { limit: 0, remaining: 0, resetAt: now };
}
