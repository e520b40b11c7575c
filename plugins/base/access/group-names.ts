import type { PolicySet, Row } from '../../../src/index.ts';

/** The name that a stored reference to a group counts under; undefined where the group is gone or not in force. */
export type GroupNames = (id: unknown) => string | undefined;

/** The names of these rows of `base.group`. */
export function groupNames(rows: ReadonlyMap<string, Row>, groups: PolicySet['groups']): GroupNames {
  const names = new Map<unknown, string>();
  for (const row of rows.values()) {
    const name = effectiveName(row, groups);
    if (name !== undefined) names.set(row.id, name);
  }
  return id => names.get(id);
}

/**
 * The name that a stored group counts under; undefined for a group of the config file that is not there any more. A
 * row says whether it was mirrored from the config, the config alone says what that means.
 */
export function effectiveName(row: Row, groups: PolicySet['groups']): string | undefined {
  const name = String(row.name);
  if (row.source === 'config') return Object.hasOwn(groups, name) ? name : undefined;
  return name;
}

/** These groups and all that they imply by the config file. Circles end. */
export function closeOverConfig(names: Iterable<string>, groups: PolicySet['groups']): Set<string> {
  const closed = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (closed.has(name)) continue;
    closed.add(name);
    if (Object.hasOwn(groups, name)) open.push(...(groups[name]?.implies ?? []));
  }
  return closed;
}
