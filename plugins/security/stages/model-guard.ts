import { type Guard, kernelErrors, type Principal, type Runtime } from '../../../src/index.ts';

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
      throw kernelErrors.MODEL_NOT_AVAILABLE({ detail: reason(runtime, principal, model) });
    }
  },
};

/** For the log alone. */
function reason(runtime: Runtime, principal: Principal | undefined, model: string): string {
  const listed = principal?.credential.models;
  if (listed && !listed.has(model)) return "not on the credential's model list";
  return runtime.registry.get(model) ? 'no permission or group access' : 'no such model';
}
