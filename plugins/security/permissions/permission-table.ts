import type { PolicySet, Row } from '../../../src/index.ts';
import { createGrantTable, type Grant, type GrantTable, type GroupNames, granted, idList } from '../../base/plugin.ts';

/** The whitelist of config and store together. */
export function createPermissionTable(parts: {
  readonly policies: PolicySet;
  /** Rows of `security.permission` by the model that they speak of. */
  readonly stored: (model: string) => readonly Row[];
  readonly nameOf: GroupNames;
}): GrantTable {
  const configured = Map.groupBy(parts.policies.permissions, ({ model }) => model);
  return createGrantTable(model => [
    ...(configured.get(model) ?? []).map(configGrant),
    ...parts.stored(model).map(row => storedGrant(row, parts.nameOf)),
  ]);
}

function configGrant(entry: PolicySet['permissions'][number]): Grant {
  return { groups: entry.groups ?? 'everyone', operations: granted(entry), origin: { entry } };
}

function storedGrant(row: Row, nameOf: GroupNames): Grant {
  return {
    groups: row.everyone === true ? 'everyone' : namesOf(row.groups, nameOf),
    operations: granted(row),
    origin: { model: 'security.permission', id: row.id },
  };
}

/** The names of stored groups that are in force. */
export function namesOf(ids: unknown, nameOf: GroupNames): string[] {
  return idList(ids).flatMap(id => nameOf(id) ?? []);
}
