import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Runtime } from '../../../src/index.ts';
import { clockSkewSeconds } from './lifetimes.ts';
import { type LoadedToken, loadToken, type TokenState } from './load-token.ts';
import type { TokenClaims, VerifyToken } from './verify-token.ts';

/*
 *   presented token ── SHA-256 ──► known and fresh? ──yes──► principal, at once
 *                                       │ no (one at a time for each token)
 *                                       ▼
 *                signature, issuer, audience, times ──► not revoked, grant and client alive ──► user, groups
 *
 * A change of any watched model (a grant, a revoked token, a client, a user, a key) makes all that is known stale: the
 * next use reads the second half again, without the signature.
 */

/** Verifies presented access tokens. */
export interface TokenRing {
  /**
   * Whom the token stands for, or why it is refused (for the log alone). At once for a token that is known and fresh;
   * otherwise a promise, which may throw STORE_UNAVAILABLE.
   */
  verify(jwt: string): TokenState | Promise<TokenState>;
  /** Something changed somewhere: nothing is believed without reading it again. */
  expire(): void;
}

interface Known {
  readonly claims: TokenClaims;
  readonly kid: string;
  readonly token: LoadedToken;
  readonly epoch: number;
}

const maxKnown = 10_000;
/** Readings that changes may overtake before the result is used once without being kept. */
const maxReadings = 3;

export function createTokenRing(parts: {
  readonly runtime: Runtime;
  readonly verify: VerifyToken;
  /** Whether what this key has signed may still be believed. */
  readonly isKeyValid: (kid: string) => Promise<boolean>;
}): TokenRing {
  const { runtime, verify, isKeyValid } = parts;
  const known = new LRUCache<string, Known>({ max: maxKnown });
  const underWay = new Map<string, Promise<TokenState>>();
  let epoch = 0;

  function isOver({ claims }: Pick<Known, 'claims'>): boolean {
    return (claims.exp + clockSkewSeconds) * 1_000 <= runtime.now();
  }

  async function look(jwt: string, digest: string): Promise<TokenState> {
    const last = known.get(digest);
    const isKnown = last !== undefined && !isOver(last) && (await isKeyValid(last.kid));
    const verified = isKnown ? last : await verify(jwt);
    if ('refused' in verified) {
      known.delete(digest);
      return verified;
    }
    const { claims, kid } = verified;
    for (let reading = 1; ; reading += 1) {
      const before = epoch;
      const state = await loadToken(runtime, claims);
      if ('refused' in state) {
        known.delete(digest);
        return state;
      }
      // The same principal as before, where nothing about it has changed: much is kept by it.
      const token = last?.token.stamp === state.token.stamp ? last.token : state.token;
      if (before === epoch) {
        known.set(digest, { claims, kid, token, epoch });
        return { token };
      }
      if (reading === maxReadings) return { token };
    }
  }

  return {
    verify(jwt) {
      const digest = hash('sha256', jwt);
      const found = known.get(digest);
      if (found?.epoch === epoch && !isOver(found)) return found;
      const running = underWay.get(digest);
      if (running) return running;
      const started = look(jwt, digest).finally(() => underWay.delete(digest));
      underWay.set(digest, started);
      return started;
    },
    expire() {
      epoch += 1;
    },
  };
}
