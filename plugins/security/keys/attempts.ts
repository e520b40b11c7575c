import { LRUCache } from 'lru-cache';
import { parseAddress } from '../../../src/index.ts';

/** Counts failed attempts to authenticate, by what was claimed and where from. */
export interface Attempts {
  /** Whether an attempt may be looked at now. Costs next to nothing while nobody has failed. */
  isOpen(claim: Claim): boolean;
  failed(claim: Claim): void;
  succeeded(claim: Claim): void;
}

/** `prefix`: which key the caller claims to have; `address`: as in a Call. */
export interface Claim {
  readonly prefix: string;
  readonly address: string;
}

interface Failures {
  count: number;
  /** ms since the epoch: no attempt is looked at before. */
  openAt: number;
  /** ms since the epoch: all is forgotten then. */
  forgetAt: number;
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

  return {
    isOpen(claim) {
      if (failures.size === 0) return true;
      const known = failures.get(keyOf(claim));
      return !known || known.openAt <= now();
    },
    failed(claim) {
      const key = keyOf(claim);
      const time = now();
      const known = failures.get(key);
      const count = known && known.forgetAt > time ? known.count + 1 : 1;
      const wait = count >= settings.attempts ? lockTime : backOff(count - settings.free);
      failures.set(key, { count, openAt: time + wait, forgetAt: time + Math.max(wait, lockTime) });
    },
    succeeded(claim) {
      if (failures.size > 0) failures.delete(keyOf(claim));
    },
  };
}

/** ms to wait after so many failures beyond the free ones. */
function backOff(excess: number): number {
  return excess < 0 ? 0 : Math.min(1_000 * 2 ** excess, 60_000);
}

function keyOf({ prefix, address }: Claim): string {
  const parsed = parseAddress(address);
  if (!parsed) return `${prefix} ${address}`;
  return `${prefix} ${'parts' in parsed ? parsed.parts.slice(0, 4).join(':') : parsed.toString()}`;
}
