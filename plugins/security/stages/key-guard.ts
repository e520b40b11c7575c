import { type GatehouseError, type Guard, kernelErrors, type Principal } from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';
import { requireKey } from '../keys/end-key.ts';
import { looksLikeKey } from '../keys/key-format.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { type KeyState, loadKey } from '../keys/load-key.ts';
import type { LimitsBook } from '../limits-book.ts';
import { credentialInUrl } from './credential-in-url.ts';

/**
 * Who calls, by API key. Whatever is wrong with a key, the caller is told the same; the log learns the reason. A key in
 * the URL is refused, right or wrong, without a word about which.
 */
export function keyGuard(parts: { readonly ring: () => KeyRing; readonly limits: LimitsBook }): Guard<'authenticate'> {
  function accept(state: KeyState): Principal {
    if ('refused' in state) throw refusal(state.refused);
    const { principal, limits } = state.key;
    parts.limits.note(principal, limits);
    return principal;
  }

  return {
    name: 'api key',
    check(call, runtime) {
      const { presented, address } = call;
      if (!presented || !looksLikeKey(presented.secret)) return undefined;
      const state = parts.ring().verify({ secret: presented.secret, address });
      if (presented.via === 'query') {
        const principal = Promise.resolve(state).then(known => ('key' in known ? known.key.principal : undefined));
        const headers = '"Authorization: Bearer …" or "X-API-Key: …"';
        throw credentialInUrl({ call, runtime, what: 'key', headers, principal });
      }
      return state instanceof Promise ? state.then(accept) : accept(state);
    },
    async trial(_call, runtime, claim) {
      if (claim === undefined) return undefined;
      if (looksLikeKey(claim)) throw securityErrors.KEY_NOT_FOUND({ message: 'Name the key by its prefix alone.' });
      const state = await loadKey(runtime, await requireKey(runtime, claim));
      if ('refused' in state) throw refusal(state.refused);
      parts.limits.note(state.key.principal, state.key.limits);
      return state.key.principal;
    },
  };
}

function refusal(detail: string): GatehouseError {
  return kernelErrors.UNAUTHENTICATED({ message: 'The key is not valid.', detail });
}
