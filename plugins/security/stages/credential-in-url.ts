import { type Call, type GatehouseError, kernelErrors, type Principal, type Runtime } from '../../../src/index.ts';

/**
 * The refusal of a credential in the URL, right or wrong, without a word about which: every log on the way has seen it.
 * Hooks are told of a real one (`credential.leaked`); that is not waited for, so the refusal takes no longer for it.
 */
export function credentialInUrl(input: {
  readonly call: Call;
  readonly runtime: Runtime;
  readonly what: 'key' | 'token';
  /** The headers that take it, for people. */
  readonly headers: string;
  /** Whose it is; undefined: nobody's. */
  readonly principal: Promise<Principal | undefined>;
}): GatehouseError {
  const { call, runtime, what, headers } = input;
  input.principal
    .then(principal => {
      if (principal) runtime.emit('credential.leaked', { call, credentialId: principal.credential.id });
    })
    .catch(thrown => runtime.log.error({ err: thrown, call: call.id }, `${what} in a URL could not be checked`));
  return kernelErrors.UNAUTHENTICATED({
    message: `A ${what} in the URL is not accepted. Send it in the header: ${headers}.`,
    detail: `${what} in the URL`,
  });
}
