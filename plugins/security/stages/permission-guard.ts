import { type Guard, kernelErrors } from '../../../src/index.ts';

/** Of models that exist for the caller: what is done with them is allowed by whitelist and group access. */
export const permissionGuard: Guard<'permission'> = {
  name: 'permission and group access',
  trial: 'check',
  check({ touches, principal }, runtime) {
    for (const { model, operation } of touches) {
      const access = principal && runtime.policy.of(principal, model);
      if (access?.operations.has(operation)) continue;
      throw kernelErrors.OPERATION_NOT_ALLOWED({
        message: `You may not ${operation} records of ${model}. Ask an admin for the permission "${operation}" on ${model}.`,
        data: { model, operation },
      });
    }
  },
};
