import type { Operation, PolicyEntry, PolicyOrigin, Principal } from '../../../src/index.ts';

/** One entry that allows something with a model: to the members of any of `groups`, or to everyone. */
export interface Grant {
  readonly groups: readonly string[] | 'everyone';
  readonly operations: readonly Operation[];
  readonly origin: PolicyOrigin;
}

/** Grants by model and group: the cost of a question does not grow with their number. */
export interface GrantTable {
  operations(model: string, principal: Principal): ReadonlySet<Operation>;
  /** The grants of an operation, for whomever, for people to read. */
  entries(input: { model: string; operation: Operation; principal: Principal }): PolicyEntry[];
}

type ByGroup = ReadonlyMap<string, ReadonlySet<Operation>>;

/** Where the grants to everyone are kept; no group has an empty name. */
const everyone = '';

/** A table over the grants that speak of a model, which are read when it is first asked for. */
export function createGrantTable(grantsOf: (model: string) => Iterable<Grant>): GrantTable {
  const models = new Map<string, ByGroup>();
  return {
    operations(model, principal) {
      const byGroup = models.get(model) ?? compile(grantsOf(model));
      models.set(model, byGroup);
      const allowed = new Set(byGroup.get(everyone));
      for (const group of principal.groups) {
        for (const operation of byGroup.get(group) ?? []) allowed.add(operation);
      }
      return allowed;
    },
    entries: ({ model, operation, principal }) =>
      Array.from(grantsOf(model))
        .filter(({ operations }) => operations.includes(operation))
        .map(({ groups, origin }) => {
          const applies = groups === 'everyone' || groups.some(group => principal.groups.has(group));
          return { origin, groups, applies };
        }),
  };
}

function compile(grants: Iterable<Grant>): ByGroup {
  const byGroup = new Map<string, Set<Operation>>();
  const grant = (group: string, operations: readonly Operation[]) => {
    const allowed = byGroup.get(group) ?? new Set();
    for (const operation of operations) allowed.add(operation);
    byGroup.set(group, allowed);
  };
  for (const { groups, operations } of grants) {
    if (groups === 'everyone') grant(everyone, operations);
    else for (const group of groups) if (group !== everyone) grant(group, operations);
  }
  return byGroup;
}
