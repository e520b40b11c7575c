import {
  fieldNotAvailable,
  fieldsNotAvailable,
  type GatehouseError,
  type Guard,
  hasCode,
  isShown,
  kernelErrors,
  type Principal,
  type Runtime,
  resolvePath,
} from '../../../src/index.ts';

/** Fields that a path may have, and paths that a call may name. */
const maxPathLength = 8;
/** Refusals that one answer names. */
const maxRefusals = 20;

/**
 * Every field that the call names, through relations too, exists for the caller. A hidden one is refused exactly like
 * one that does not exist; all that are refused are named at once.
 */
export const fieldsGuard: Guard<'fields'> = {
  name: 'fields available',
  trial: 'check',
  check({ touches, principal }, runtime) {
    const refusals: GatehouseError[] = [];
    for (const { model, fields } of touches) {
      for (const named of fields ?? []) {
        try {
          checkField({ ...named, model, principal, runtime });
        } catch (thrown) {
          if (!hasCode(thrown, 'FIELD_NOT_AVAILABLE')) throw thrown;
          refusals.push(thrown);
          if (refusals.length === maxRefusals) throw fieldsNotAvailable(refusals);
        }
      }
    }
    if (refusals.length > 0) throw fieldsNotAvailable(refusals);
  },
};

function checkField(input: {
  path: string;
  use: 'read' | 'show' | 'write';
  at: string;
  model: string;
  principal: Principal | undefined;
  runtime: Runtime;
}): void {
  const { path, use, at, principal, runtime } = input;
  const { registry, policy } = runtime;
  const model = registry.get(input.model);
  if (!principal || !model) throw kernelErrors.MODEL_NOT_AVAILABLE();
  if (use === 'write') {
    // Only own fields are written; a path leads nowhere.
    if (policy.of(principal, input.model)?.fields.get(path)?.write) return;
    throw fieldNotAvailable({ model: input.model, path, at });
  }
  const known = policy.of(principal, input.model)?.fields.get(path);
  if (use === 'show' ? isShown(known) : known?.read) return;
  resolvePath({ path, model, registry, access: name => policy.of(principal, name), maxLength: maxPathLength, at });
}
