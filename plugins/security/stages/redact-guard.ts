import {
  type Field,
  type Guard,
  isShown,
  kernelErrors,
  type ModelAccess,
  type Principal,
  type Runtime,
} from '../../../src/index.ts';

/**
 * What the tool has read is compared once more with what the caller may see, so that a faulty tool loses its answer
 * rather than a secret. What was written may reach further, as where the reference to a deleted record is cleared in
 * one that the caller does not know of; nothing of that leaves.
 */
export const redactGuard: Guard<'redact'> = {
  name: 'fields that leave',
  trial: 'check',
  check({ reached, principal }, runtime) {
    for (const { model, operation, fields } of reached) {
      if (operation !== 'read') continue;
      if (!principal || !runtime.policy.of(principal, model)?.operations.has('read')) {
        throw kernelErrors.INTERNAL({ detail: `a tool has read ${model}, which the caller may not` });
      }
      for (const path of fields) {
        if (isReadable({ path, model, principal, runtime })) continue;
        throw kernelErrors.INTERNAL({ detail: `a tool has read ${model}.${path}, which the caller may not` });
      }
    }
  },
};

/** Every field of the path, through relations, may be read; a field of the record itself may also be shown masked. */
function isReadable(input: { path: string; model: string; principal: Principal; runtime: Runtime }): boolean {
  const { path, principal, runtime } = input;
  if (isShown(runtime.policy.of(principal, input.model)?.fields.get(path))) return true;
  let model: string | undefined = input.model;
  for (const name of path.split('.')) {
    const access: ModelAccess | undefined = model === undefined ? undefined : runtime.policy.of(principal, model);
    if (!access?.fields.get(name)?.read) return false;
    const field: Field | undefined = access.registered.fields.get(name);
    model = field && 'to' in field ? field.to : undefined;
  }
  return true;
}
