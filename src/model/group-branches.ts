import { all, always, type Condition, equals, isAlways, not, type Scalar } from '../store/condition.ts';
import type { Group } from './aggregate-arguments.ts';
import type { AccessLookup } from './field-path.ts';

/** One query of several: for each group either the store groups by it, or its key is known beforehand. */
export interface Branch {
  readonly where: Condition;
  readonly parts: readonly ({ readonly group: Group } | { readonly key: Scalar })[];
}

/**
 * The queries that together give all groups, none of them twice. Most often it is one. A reference to records with
 * a rule makes two: those that the caller may see, and all the rest as one group of missing values; so averages stay
 * exact, which they would not if groups were put together afterwards. A boolean makes two, as one never set is false.
 */
export function branchesOf({ groups, accessOf }: { groups: readonly Group[]; accessOf: AccessLookup }): Branch[] {
  let branches: Branch[] = [{ where: always, parts: [] }];
  for (const group of groups) {
    const choices = choicesOf(group, accessOf);
    branches = branches.flatMap(branch =>
      choices.map(({ where, part }) => ({ where: all(branch.where, where), parts: [...branch.parts, part] })),
    );
  }
  return branches;
}

function choicesOf(group: Group, accessOf: AccessLookup): { where: Condition; part: Branch['parts'][number] }[] {
  const { name, field } = group;
  if (field.kind === 'boolean') {
    const isTrue = equals(name, true);
    return [
      { where: not(isTrue), part: { key: false } },
      { where: isTrue, part: { key: true } },
    ];
  }
  const rule = field.kind === 'many2one' ? accessOf(field.to)?.rule('read') : always;
  if (!rule || isAlways(rule)) return [{ where: always, part: { group } }];
  const isSeen: Condition = { kind: 'related', field: name, where: rule };
  return [
    { where: not(isSeen), part: { key: null } },
    { where: isSeen, part: { group } },
  ];
}
