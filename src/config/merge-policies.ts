import type { PolicySet } from './define-config.ts';

/** Policies are additive: lists are joined, groups of the same name share what they imply. */
export function mergePolicies(sets: readonly Partial<PolicySet>[]): PolicySet {
  const groups: Record<string, PolicySet['groups'][string]> = {};
  for (const set of sets) {
    for (const [name, group] of Object.entries(set.groups ?? {})) {
      const implies = [...(groups[name]?.implies ?? []), ...(group.implies ?? [])];
      groups[name] = { label: groups[name]?.label ?? group.label, implies: [...new Set(implies)] };
    }
  }
  return {
    groups,
    access: sets.flatMap(set => set.access ?? []),
    rules: sets.flatMap(set => set.rules ?? []),
    permissions: sets.flatMap(set => set.permissions ?? []),
    fields: sets.flatMap(set => set.fields ?? []),
  };
}
