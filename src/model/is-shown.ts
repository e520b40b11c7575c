import type { FieldAccess } from './access-policy.ts';

/** Results may hold it: as it is, or masked. */
export function isShown(access: FieldAccess | undefined): boolean {
  return access !== undefined && (access.read || access.mask !== undefined);
}
