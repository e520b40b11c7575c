import type { Operation, Principal } from '../../../src/index.ts';

/** One entry that allows something: to the members of any of `groups`, or to everyone. */
export interface Grant {
  readonly model: string;
  readonly groups: readonly string[] | 'everyone';
  readonly operations: readonly Operation[];
}

/** Grants by model and group: the cost of a question does not grow with their number. */
export interface GrantTable {
  operations(model: string, principal: Principal): ReadonlySet<Operation>;
}

/** Where the grants to everyone are kept; no group has an empty name. */
const everyone = '';

export function compileGrants(grants: Iterable<Grant>): GrantTable {
  const models = new Map<string, Map<string, Set<Operation>>>();
  for (const { model, groups, operations } of grants) {
    const byGroup = entry(models, model, () => new Map<string, Set<Operation>>());
    for (const group of groups === 'everyone' ? [everyone] : groups.filter(Boolean)) {
      const allowed = entry(byGroup, group, () => new Set<Operation>());
      for (const operation of operations) allowed.add(operation);
    }
  }
  return {
    operations(model, principal) {
      const byGroup = models.get(model);
      const allowed = new Set(byGroup?.get(everyone));
      if (!byGroup) return allowed;
      for (const group of principal.groups) {
        for (const operation of byGroup.get(group) ?? []) allowed.add(operation);
      }
      return allowed;
    },
  };
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
