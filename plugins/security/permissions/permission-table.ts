import type { PolicySet, Row } from '../../../src/index.ts';
import { compileGrants, effectiveName, type Grant, type GrantTable, granted, idList } from '../../base/plugin.ts';

/** The whitelist of config and store together. */
export function compilePermissions(parts: {
  readonly policies: PolicySet;
  readonly stored: ReadonlyMap<string, Row>;
  /** Rows of `base.group` by id. */
  readonly groups: ReadonlyMap<string, Row>;
}): GrantTable {
  return compileGrants([...configured(parts.policies), ...stored(parts)]);
}

function configured({ permissions }: PolicySet): Grant[] {
  return permissions.map(entry => ({
    model: entry.model,
    groups: entry.groups ?? 'everyone',
    operations: granted(entry),
  }));
}

function* stored(parts: {
  policies: PolicySet;
  stored: ReadonlyMap<string, Row>;
  groups: ReadonlyMap<string, Row>;
}): Generator<Grant> {
  for (const row of parts.stored.values()) {
    const groups = row.everyone === true ? 'everyone' : namesOf(row.groups, parts);
    yield { model: String(row.model), groups, operations: granted(row) };
  }
}

/** The names of stored groups that are in force. */
export function namesOf(
  ids: unknown,
  { policies, groups }: { policies: PolicySet; groups: ReadonlyMap<string, Row> },
): string[] {
  return idList(ids).flatMap(id => {
    const row = groups.get(id);
    return (row && effectiveName(row, policies.groups)) ?? [];
  });
}
