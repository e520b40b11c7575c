import { errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Runtime } from '../../../src/index.ts';
import { resourceOf } from '../endpoints.ts';
import type { SigningKeys } from '../provider/signing-keys.ts';
import { clockSkewSeconds } from './lifetimes.ts';

/** What an access token of this server says (RFC 9068, section 2.2); `gid` is the grant, `cnf` the key it is bound to. */
export type TokenClaims = z.infer<typeof claimsSchema>;

/** Or why it says nothing, for the log. */
export type VerifiedToken = { readonly claims: TokenClaims; readonly kid: string } | { readonly refused: string };

export type VerifyToken = (jwt: string) => Promise<VerifiedToken>;

const claimsSchema = z.object({
  sub: z.string().min(1),
  client_id: z.string().min(1),
  jti: z.string().min(1),
  exp: z.number(),
  iat: z.number(),
  scope: z.string().default(''),
  gid: z.string().optional(),
  cnf: z.object({ jkt: z.string().min(1) }).optional(),
});

/**
 * Verifies access tokens with the keys of this server alone: RS256, `typ` `at+jwt`, issuer, audience and times, with 30 s
 * of tolerance. Keys that a token brings or points at (`jwk`, `jku`, `x5c`) take no part. Says nothing about whether the
 * token was revoked.
 */
export function createTokenVerifier(parts: { readonly runtime: Runtime; readonly keys: SigningKeys }): VerifyToken {
  const { runtime, keys } = parts;
  const audience = resourceOf(runtime.server);

  return async function verifyToken(jwt) {
    let kid = '';
    try {
      const { payload } = await jwtVerify(
        jwt,
        async header => {
          kid = header.kid ?? '';
          const key = await keys.find(kid);
          if (!key) throw new errors.JWKSNoMatchingKey('no key of this server has that kid');
          return key;
        },
        {
          algorithms: ['RS256'],
          typ: 'at+jwt',
          issuer: runtime.server.publicUrl,
          audience,
          clockTolerance: clockSkewSeconds,
          currentDate: new Date(runtime.now()),
        },
      );
      return { claims: claimsIn(payload), kid };
    } catch (thrown) {
      if (thrown instanceof errors.JOSEError) return { refused: thrown.message };
      if (thrown instanceof z.ZodError) return { refused: 'claims are missing' };
      throw thrown;
    }
  };
}

function claimsIn(payload: JWTPayload): TokenClaims {
  return claimsSchema.parse(payload);
}

/** Whether a credential has the form of a token of ours, right or wrong; API keys and others have another. */
export function looksLikeToken(secret: string): boolean {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(secret);
}
