import type { z } from 'zod';
import { parseRecordId } from './record-id.ts';

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

/** As the environment takes them: by the id without its model. */
export function versionsByPlainId(versions: Versions): Record<string, number> {
  return Object.fromEntries(Object.entries(versions).map(([id, version]) => [parseRecordId(id).id, version]));
}
