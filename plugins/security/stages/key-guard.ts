import {
  type Call,
  type GatehouseError,
  type Guard,
  kernelErrors,
  type Principal,
  type Runtime,
} from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';
import { requireKey } from '../keys/end-key.ts';
import { looksLikeKey } from '../keys/key-format.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { type KeyState, loadKey } from '../keys/load-key.ts';
import type { LimitsBook } from '../limits-book.ts';

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
        reportIfReal(call, runtime, state);
        throw inUrl();
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

/** Not waited for: the refusal must not take longer for a real key. */
function reportIfReal(call: Call, runtime: Runtime, state: KeyState | Promise<KeyState>): void {
  Promise.resolve(state)
    .then(known => {
      if ('refused' in known) return;
      runtime.emit('credential.leaked', { call, credentialId: known.key.principal.credential.id });
    })
    .catch(thrown => runtime.log.error({ err: thrown, call: call.id }, 'key in a URL could not be checked'));
}

function refusal(detail: string): GatehouseError {
  return kernelErrors.UNAUTHENTICATED({ message: 'The key is not valid.', detail });
}

function inUrl(): GatehouseError {
  return kernelErrors.UNAUTHENTICATED({
    message: 'A key in the URL is not accepted. Send it in the header: "Authorization: Bearer …" or "X-API-Key: …".',
    detail: 'key in the URL',
  });
}
