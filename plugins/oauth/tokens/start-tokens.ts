import type { Runtime } from '../../../src/index.ts';
import { createSigningKeys, type SigningKeys } from '../provider/signing-keys.ts';
import { type CheckProof, createProofCheck } from './dpop-proof.ts';
import { createTokenRing, type TokenRing } from './token-ring.ts';
import { createTokenVerifier, type VerifyToken } from './verify-token.ts';

/** All that access tokens are decided by. */
export interface Tokens {
  readonly keys: SigningKeys;
  readonly verify: VerifyToken;
  readonly ring: TokenRing;
  readonly proofs: CheckProof;
  stopWatching(): void;
}

/** Reads what is needed when it is needed, and anew once anything watched has changed anywhere. */
export function startTokens(runtime: Runtime): Tokens {
  const keys = createSigningKeys(runtime);
  const verify = createTokenVerifier({ runtime, keys });
  const isKeyValid = async (kid: string) => (await keys.find(kid)) !== undefined;
  const ring = createTokenRing({ runtime, verify, isKeyValid });
  const stopWatching = runtime.store.watch(() => {
    keys.expire();
    ring.expire();
  });
  return { keys, verify, ring, proofs: createProofCheck(runtime), stopWatching };
}
