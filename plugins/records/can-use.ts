import type { CallContext, Operation } from '../../src/index.ts';

/** Whether the caller could use a tool that needs this: the scope, and a model on which the operation is allowed. */
export function canUse(operation: Operation): (context: CallContext) => boolean {
  return ({ call, principal, policy }) =>
    principal.credential.scopes.has(operation) &&
    // A call that has come as far as its tool names such a model, mostly; looking at all of them is dearer.
    (call.touches.some(touch => touch.operation === operation) ||
      policy.models(principal).some(access => access.operations.has(operation)));
}
