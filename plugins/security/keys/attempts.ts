import { LRUCache } from 'lru-cache';
import { hostOf } from '../../../src/index.ts';

/** Counts failed attempts to authenticate, by what was claimed and where from. */
export interface Attempts {
  /** Whether an attempt may be looked at now. Costs next to nothing while nobody has failed. */
  isOpen(claim: Claim): boolean;
  failed(claim: Claim): void;
  succeeded(claim: Claim): void;
  /** What has come since it was asked last, for the other instances. */
  take(): readonly UntoldAttempts[];
  /** They could not be told. */
  giveBack(untold: UntoldAttempts): void;
  /** What all instances together have counted. */
  learn(counted: { readonly claim: string; readonly count: number; readonly lastAt: number }): void;
}

/** Failed attempts with one claim that only this instance knows of. */
export interface UntoldAttempts {
  /** Prefix and address, as counted. */
  readonly claim: string;
  readonly failures: number;
  /** One has succeeded before them: what was counted earlier is forgotten. */
  readonly isCleared: boolean;
  /** ms since the epoch. */
  readonly lastAt: number;
}

/** `prefix`: which key the caller claims to have; `address`: as in a Call. */
export interface Claim {
  readonly prefix: string;
  readonly address: string;
}

interface Failures {
  readonly count: number;
  /** ms since the epoch. */
  readonly lastAt: number;
}

/** Enough for an attack from many addresses; an attacker who pushes entries out pays for each one with a slow hash. */
const maxEntries = 20_000;

/**
 * After `free` failures the next attempt has to wait 1 s, then 2 s, 4 s, …; after `attempts` none is looked at for
 * `minutes`. An attempt that is not looked at is refused like any other and changes nothing. The owner at another
 * address is not held up. IPv6 addresses count by their /64, which is what one host has.
 */
export function createAttempts(parts: {
  readonly now: () => number;
  readonly settings: { readonly free: number; readonly attempts: number; readonly minutes: number };
}): Attempts {
  const { now, settings } = parts;
  const lockTime = settings.minutes * 60_000;
  const failures = new LRUCache<string, Failures>({ max: maxEntries });
  const untold = new LRUCache<string, UntoldAttempts>({ max: maxEntries });

  /** ms for which no attempt is looked at after so many failures. */
  function waitAfter(count: number): number {
    return count >= settings.attempts ? lockTime : Math.min(backOff(count - settings.free), lockTime);
  }

  return {
    isOpen(claim) {
      if (failures.size === 0) return true;
      const known = failures.get(keyOf(claim));
      return !known || known.lastAt + waitAfter(known.count) <= now();
    },
    failed(claim) {
      const key = keyOf(claim);
      const time = now();
      const known = failures.get(key);
      const count = known && known.lastAt + lockTime > time ? known.count + 1 : 1;
      failures.set(key, { count, lastAt: time });
      const { failures: earlier = 0, isCleared = false } = untold.get(key) ?? {};
      untold.set(key, { claim: key, failures: earlier + 1, isCleared, lastAt: time });
    },
    succeeded(claim) {
      const key = keyOf(claim);
      // Where nothing is known there is nothing to clear: nobody hears of the logins of those who never fail.
      if (failures.size === 0 || !failures.delete(key)) return;
      untold.set(key, { claim: key, failures: 0, isCleared: true, lastAt: now() });
    },
    take() {
      const taken = [...untold.values()];
      untold.clear();
      return taken;
    },
    giveBack({ claim, failures: earlier, isCleared, lastAt }) {
      const later = untold.get(claim);
      if (later?.isCleared) return;
      const count = earlier + (later?.failures ?? 0);
      untold.set(claim, { claim, failures: count, isCleared, lastAt: later?.lastAt ?? lastAt });
    },
    learn({ claim, count, lastAt }) {
      const own = untold.get(claim);
      if (own?.isCleared) return;
      const total = count + (own?.failures ?? 0);
      // By the clock here: that of another instance may be ahead.
      const known = Math.max(Math.min(lastAt, now()), failures.get(claim)?.lastAt ?? 0);
      if (total === 0) failures.delete(claim);
      else failures.set(claim, { count: total, lastAt: known });
    },
  };
}

/** ms to wait after so many failures beyond the free ones. */
function backOff(excess: number): number {
  return excess < 0 ? 0 : Math.min(1_000 * 2 ** excess, 60_000);
}

function keyOf({ prefix, address }: Claim): string {
  return `${prefix} ${hostOf(address)}`;
}
