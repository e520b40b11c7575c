import {
  type GatehouseError,
  type Guard,
  kernelErrors,
  type PresentedCredential,
  type Principal,
} from '../../../src/index.ts';
import { credentialInUrl } from '../../security/plugin.ts';
import type { CheckProof } from './dpop-proof.ts';
import type { TokenState } from './load-token.ts';
import { signatureAlgorithms } from './signature-algorithms.ts';
import type { TokenRing } from './token-ring.ts';
import { looksLikeToken } from './verify-token.ts';

/**
 * Who calls, by access token (RFC 6750, RFC 9449). Whatever is wrong with a token, the caller is told the same; the log
 * learns the reason. A token in the URL is refused, right or wrong.
 */
export function tokenGuard(parts: {
  readonly ring: () => TokenRing;
  readonly proofs: () => CheckProof;
}): Guard<'authenticate'> {
  function accept(presented: PresentedCredential, state: TokenState): Principal | Promise<Principal> {
    if ('refused' in state) throw refusal(presented, state.refused);
    const { principal, jkt } = state.token;
    if (jkt === undefined) {
      if (presented.via === 'dpop') throw refusal(presented, 'presented with a proof, but bound to no key');
      return principal;
    }
    if (presented.via !== 'dpop') throw refusal(presented, 'bound to a key, but presented without a proof');
    return proven(presented, principal, jkt);
  }

  async function proven(presented: PresentedCredential, principal: Principal, jkt: string): Promise<Principal> {
    const fault = await parts.proofs()(presented, jkt);
    if (fault === undefined) return principal;
    throw refusal(presented, `DPoP proof: ${fault}`);
  }

  return {
    name: 'access token',
    check(call, runtime) {
      const { presented } = call;
      if (!presented || call.principal || !looksLikeToken(presented.secret)) return undefined;
      if (presented.via === 'x-api-key') throw refusal(presented, 'presented in X-API-Key');
      const state = parts.ring().verify(presented.secret);
      if (presented.via === 'query') {
        const principal = Promise.resolve(state).then(known => ('token' in known ? known.token.principal : undefined));
        throw credentialInUrl({ call, runtime, what: 'token', headers: '"Authorization: Bearer …"', principal });
      }
      return state instanceof Promise ? state.then(known => accept(presented, known)) : accept(presented, state);
    },
  };
}

function refusal({ via }: PresentedCredential, detail: string): GatehouseError {
  const message = 'The access token is not valid.';
  const error = `error="invalid_token", error_description="${message}"`;
  const challenge = via === 'dpop' ? `DPoP ${error}, algs="${signatureAlgorithms.join(' ')}"` : `Bearer ${error}`;
  return kernelErrors.UNAUTHENTICATED({ message, detail, headers: { 'WWW-Authenticate': challenge } });
}
