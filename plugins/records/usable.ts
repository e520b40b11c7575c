import type { CallContext, Operation } from '../../src/index.ts';

/** Whether the caller could use a tool that needs this: the scope, and a model on which the operation is allowed. */
export function canUse(operation: Operation): (context: CallContext) => boolean {
  return ({ principal, policy }) =>
    principal.credential.scopes.has(operation) &&
    policy.models(principal).some(access => access.operations.has(operation));
}
