import { hash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { hasCode, isoTime, type PresentedCredential, type Runtime, recordStamp } from '../../../src/index.ts';
import { resourceOf } from '../endpoints.ts';
import { artifactKey } from '../provider/artifact-key.ts';
import { signatureAlgorithms } from './signature-algorithms.ts';

/** Why a proof does not count, for the log; undefined: it does. */
export type CheckProof = (presented: PresentedCredential, jkt: string) => Promise<string | undefined>;

/** Of the proof, what is looked at (RFC 9449, section 4.2). */
const proofSchema = z.object({
  jti: z.string().min(1).max(512),
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  ath: z.string(),
});

/** How far the time of a proof may be off (s); so long its `jti` is remembered, in both directions. */
const window = 60;

/**
 * Checks DPoP proofs at the resource (RFC 9449, section 4.3): signature by the key in it, method, address, token, time,
 * and that it was not used before, on any instance.
 */
export function createProofCheck(runtime: Runtime): CheckProof {
  const { store, server, now } = runtime;
  const address = resourceOf(server);
  /** One HTTP request is looked at once, however many messages it brings and however often it is checked again. */
  const checked = new WeakMap<PresentedCredential, Promise<string | undefined>>();

  async function check({ proof, secret }: PresentedCredential, jkt: string): Promise<string | undefined> {
    if (!proof?.jwt) return 'the proof is missing';
    try {
      const { payload, protectedHeader } = await jwtVerify(proof.jwt, EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: [...signatureAlgorithms],
        currentDate: new Date(now()),
      });
      const { jti, htm, htu, iat, ath } = proofSchema.parse(payload);
      if (!protectedHeader.jwk || (await calculateJwkThumbprint(protectedHeader.jwk)) !== jkt) return 'another key';
      if (htm !== proof.method) return 'another method';
      if (withoutQuery(htu) !== address) return 'another address';
      if (Math.abs(now() / 1_000 - iat) > window) return 'too old, or from the future';
      if (ath !== hash('sha256', secret, 'base64url')) return 'another token';
      return (await isFirst(`${jkt} ${jti}`)) ? undefined : 'used before';
    } catch (thrown) {
      if (thrown instanceof errors.JOSEError) return thrown.message;
      if (thrown instanceof z.ZodError) return 'claims are missing';
      throw thrown;
    }
  }

  async function isFirst(id: string): Promise<boolean> {
    const row = {
      id: runtime.newId(),
      key: artifactKey('DPoPProof', id),
      kind: 'DPoPProof',
      grant: null,
      payload: {},
      expires_at: isoTime(now() + 2 * window * 1_000),
      consumed_at: null,
      ...recordStamp(runtime),
    };
    try {
      await store.write([{ kind: 'insert', model: 'oauth.artifact', row }]);
      return true;
    } catch (thrown) {
      if (hasCode(thrown, 'VALUE_NOT_UNIQUE')) return false;
      throw thrown;
    }
  }

  return (presented, jkt) => {
    const running = checked.get(presented);
    if (running) return running;
    const started = check(presented, jkt);
    checked.set(presented, started);
    return started;
  };
}

function withoutQuery(text: string): string {
  const url = URL.parse(text);
  return url ? `${url.origin}${url.pathname}` : '';
}
