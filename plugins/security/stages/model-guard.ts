import { type GatehouseError, type Guard, kernelErrors, type Principal, type Runtime } from '../../../src/index.ts';

/**
 * Every model that the call names exists for the caller. One that does not exist, is not on the credential's list, or
 * lacks a permission or group access is refused here, in one and the same way: nothing that leaves tells them apart.
 */
export const modelGuard: Guard<'model'> = {
  name: 'model available',
  trial: 'check',
  check({ touches, principal }, runtime) {
    for (const { model } of touches) {
      if (principal && runtime.policy.of(principal, model)) continue;
      throw unavailable(runtime, principal, model);
    }
  },
};

/** The reason is for the log alone. */
function unavailable(runtime: Runtime, principal: Principal | undefined, model: string): GatehouseError {
  const listed = principal?.credential.models;
  const isListed = !listed || listed.has(model);
  const known = runtime.registry.get(model) ? 'no permission or group access' : 'no such model';
  return kernelErrors.MODEL_NOT_AVAILABLE({ detail: isListed ? known : "not on the credential's model list" });
}
