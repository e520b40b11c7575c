import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { equals, hostOf, type Runtime } from '../../../src/index.ts';
import type { Attempts } from './attempts.ts';
import { keyLength, prefixOf } from './key-format.ts';
import { findKey, type KeyState, type LoadedKey, loadKey } from './load-key.ts';
import { matchesHash, saltLength } from './slow-hash.ts';

/*
 *   presented key ── SHA-256 ──► known and fresh? ──yes──► principal, at once
 *                                     │ no (one at a time for each key)
 *                                     ▼
 *         prefix ──► row + secret ──► PBKDF2, also for an unknown prefix ──► equal? ──► user, groups, limits
 *
 * A change of any watched model makes all that is known stale: the next use reads key, user and groups again, without
 * the slow hash while the secret is the same.
 */

/** Verifies presented keys. */
export interface KeyRing {
  /**
   * Who the key stands for, or why it is refused (for the log alone: callers must not learn the difference). At once
   * for a key that is known and fresh; otherwise a promise, which may throw STORE_UNAVAILABLE.
   */
  verify(presented: { secret: string; address: string }): KeyState | Promise<KeyState>;
  /** Something changed somewhere: nothing is believed without reading it again. */
  expire(): void;
}

interface Verified {
  readonly prefix: string;
  readonly secretHash: string;
  readonly state: { readonly key: LoadedKey };
  /** ms since the epoch. */
  readonly until: number;
  readonly epoch: number;
}

interface Presented {
  readonly secret: string;
  readonly digest: string;
  readonly prefix: string;
  readonly address: string;
}

/** ms that a verified key is believed without being hashed again. */
const lifetime = 60_000;
const maxVerified = 10_000;
/** Slow hashes under way for one host at most, so that a flood from there cannot fill the queue for everyone. */
const maxPending = 256;
/** Readings that changes may overtake before the result is used once without being kept. */
const maxReadings = 3;

const mistyped: KeyState = { refused: 'not well-formed, or mistyped' };
const lockedOut: KeyState = { refused: 'too many failed attempts from this address' };
const crowded: KeyState = { refused: 'too many attempts at once from this address' };

export function createKeyRing({ runtime, attempts }: { runtime: Runtime; attempts: Attempts }): KeyRing {
  const verified = new LRUCache<string, Verified>({ max: maxVerified });
  /** The last reading of each key: the same principal is handed out while nothing changes. */
  const loaded = new LRUCache<string, LoadedKey>({ max: maxVerified });
  const underWay = new Map<string, Promise<KeyState>>();
  const pending = new Map<string, number>();
  const dummy = { hash: '', salt: runtime.randomBytes(saltLength).toString('base64') };
  let epoch = 0;

  async function look({ secret, digest, prefix, address }: Presented): Promise<KeyState> {
    const known = verified.get(digest);
    const isKnown = known !== undefined && known.until > runtime.now();
    let believed = isKnown ? known.secretHash : undefined;
    const until = isKnown ? known.until : runtime.now() + lifetime;
    for (let reading = 1; ; reading += 1) {
      const before = epoch;
      const row = await findKey(runtime, prefix);
      const stored = await findSecret(row?.id ?? prefix);
      if (believed === undefined || believed !== stored?.hash) {
        const isRight = await matchesHash(secret, stored ?? dummy);
        if (isRight) attempts.succeeded({ prefix, address });
        believed = isRight ? stored?.hash : undefined;
      }
      const state =
        row && stored && believed ? await loadKey(runtime, row) : refusal(row ? 'wrong secret' : 'unknown prefix');
      if ('refused' in state) {
        verified.delete(digest);
        if (row) loaded.delete(row.id);
        attempts.failed({ prefix, address });
        return state;
      }
      const last = row && loaded.get(row.id);
      const current = last?.stamp === state.key.stamp ? { key: last } : state;
      if (before === epoch && row) {
        loaded.set(row.id, current.key);
        verified.set(digest, { prefix, secretHash: believed ?? '', state: current, until, epoch });
        return current;
      }
      if (reading === maxReadings) return current;
    }
  }

  async function findSecret(id: string): Promise<{ hash: string; salt: string } | undefined> {
    const [row] = await runtime.store.find({ model: 'security.api-key-secret', where: equals('id', id), limit: 1 });
    return row && { hash: String(row.hash), salt: String(row.salt) };
  }

  /** One look at a time for each key, and a bounded number for each host. */
  function lookOnce(presented: Presented): Promise<KeyState> | KeyState {
    const { digest } = presented;
    const running = underWay.get(digest);
    if (running) return running;
    const host = hostOf(presented.address);
    const count = pending.get(host) ?? 0;
    if (count >= maxPending) return crowded;
    pending.set(host, count + 1);
    const started = look(presented).finally(() => {
      underWay.delete(digest);
      const left = (pending.get(host) ?? 1) - 1;
      if (left > 0) pending.set(host, left);
      else pending.delete(host);
    });
    underWay.set(digest, started);
    return started;
  }

  return {
    verify({ secret, address }) {
      if (secret.length !== keyLength) return mistyped;
      const digest = hash('sha256', secret);
      const known = verified.get(digest);
      const prefix = known?.prefix ?? prefixOf(secret);
      if (prefix === undefined) return mistyped;
      if (!attempts.isOpen({ prefix, address })) return lockedOut;
      const now = runtime.now();
      const isFresh = known?.epoch === epoch && known.until > now && known.state.key.expiresAt > now;
      return isFresh ? known.state : lookOnce({ secret, digest, prefix, address });
    },
    expire() {
      epoch += 1;
    },
  };
}

function refusal(refused: string): KeyState {
  return { refused };
}
