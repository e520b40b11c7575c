import type { z } from 'zod';

/** The argument `versions` of `write` and `delete`: by public id. */
type Versions = Readonly<Record<string, number>>;

/** Says which versions are of records that the call does not name. */
export function versionsFitIds(
  { ids, versions = {} }: { ids: readonly string[]; versions?: Versions | undefined },
  checks: z.RefinementCtx,
): void {
  for (const id of Object.keys(versions)) {
    if (ids.includes(id)) continue;
    checks.addIssue({ code: 'custom', path: ['versions', id], message: 'is not one of ids' });
  }
}
