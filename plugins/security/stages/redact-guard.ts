import { type Guard, kernelErrors } from '../../../src/index.ts';

/**
 * What the tool has reached is compared once more with what the caller may see, so that a faulty tool loses its answer
 * rather than a secret.
 */
export const redactGuard: Guard<'redact'> = {
  name: 'fields that leave',
  check({ reached, principal }, runtime) {
    for (const { model, operation, fields } of reached) {
      const access = principal && runtime.policy.of(principal, model);
      if (!access?.operations.has(operation)) {
        throw kernelErrors.INTERNAL({ detail: `a tool reached ${model} (${operation}), which the caller may not` });
      }
      for (const name of fields) {
        const known = access.fields.get(name);
        if (known?.read || (operation !== 'read' && known?.write)) continue;
        throw kernelErrors.INTERNAL({ detail: `a tool reached ${model}.${name}, which the caller may not` });
      }
    }
  },
};
