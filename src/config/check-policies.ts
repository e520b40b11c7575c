import { isObject } from '../is-object.ts';
import { operations } from '../model/principal.ts';
import type { Registry } from '../model/registry.ts';
import type { ConfigFault } from './config-fault.ts';
import type { PolicySet } from './define-config.ts';
import { describeValue } from './describe-issue.ts';
import { groupCircle } from './group-circle.ts';
import { didYouMean } from './nearest.ts';
import { type PolicyEntry, type PolicyPart, policySchemas } from './policy-schema.ts';
import { checkSettings, unknownKey } from './settings-faults.ts';

/** A set of policies, and the names that it may use. */
export interface PolicyCheck {
  /** As written, of unknown shape. */
  readonly given: unknown;
  readonly registry: Registry;
  /** Every group that exists: the config's and the plugins'. */
  readonly groups: ReadonlySet<string>;
  /** The groups of plugins, which those given may add to. */
  readonly pluginGroups: PolicySet['groups'];
  /** Names of record rules elsewhere, which must not be used again. */
  readonly ruleNames: ReadonlySet<string>;
  /** Says what is wrong with a rule's domain, and at which position in it. */
  readonly domainFault: (input: {
    model: string;
    domain: readonly unknown[];
  }) => { readonly message: string; readonly path: readonly number[] } | undefined;
}

type Report = (message: string, ...path: PropertyKey[]) => void;

/** Checks a set of policies by shape and by every name in it. Paths begin with `policies`. */
export function checkPolicies(check: PolicyCheck): ConfigFault[] {
  const { given = {} } = check;
  const faults: ConfigFault[] = [];
  const report: Report = (message, ...path) => faults.push({ message, path: ['policies', ...path] });
  if (!isObject(given)) {
    report(`Expected an object, got ${describeValue(given)}.`);
    return faults;
  }
  const parts = Object.keys(policySchemas);
  for (const key of Object.keys(given)) if (!parts.includes(key)) report(unknownKey(key, parts), key);

  /** The entries of a part that have the right shape, with their keys; the others are reported. */
  function entries<P extends PolicyPart>(part: P): [PropertyKey, PolicyEntry<P>][] {
    const value: unknown = (given as Partial<Record<P, unknown>>)[part] ?? [];
    if (typeof value !== 'object' || value === null || (part !== 'groups' && !Array.isArray(value))) {
      report(`Expected ${part === 'groups' ? 'an object' : 'a list'}, got ${describeValue(value)}.`, part);
      return [];
    }
    const keyed: [PropertyKey, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    return keyed.flatMap(([key, entry]): [PropertyKey, PolicyEntry<P>][] => {
      const checked = checkSettings({ schema: policySchemas[part], value: entry, path: ['policies', part, key] });
      if (!checked.faults) return [[key, checked.value as PolicyEntry<P>]];
      faults.push(...checked.faults);
      return [];
    });
  }

  const names = createNameChecks(check, report);
  const groups = new Map(entries('groups').map(([name, group]) => [String(name), group]));
  const implied = (name: string) =>
    [check.pluginGroups, Object.fromEntries(groups)].flatMap(named =>
      Object.hasOwn(named, name) ? (named[name]?.implies ?? []) : [],
    );
  const inCircles = new Set<string>();
  for (const [name, { implies = [] }] of groups) {
    const circle = inCircles.has(name) ? undefined : groupCircle(name, implied);
    if (circle) report(`These groups imply each other in a circle: ${circle.join(' → ')}.`, 'groups', name, 'implies');
    for (const member of circle ?? []) inCircles.add(member);
    if (!/^[a-z][a-z0-9._-]*$/.test(name)) {
      report('A group is named in lower case, such as sales.', 'groups', name);
    }
    names.groups(implies, 'groups', name, 'implies');
  }
  for (const [index, entry] of entries('access')) {
    names.model(entry.model, 'access', index, 'model');
    names.groups(entry.group, 'access', index, 'group');
    names.operations(entry, 'access', index);
  }
  const ruleNames = new Set(check.ruleNames);
  for (const [index, rule] of entries('rules')) {
    if (ruleNames.has(rule.name)) report(`There are two rules called ${rule.name}.`, 'rules', index, 'name');
    ruleNames.add(rule.name);
    names.groups(rule.group, 'rules', index, 'group');
    if (!names.model(rule.model, 'rules', index, 'model')) continue;
    const fault = check.domainFault(rule);
    if (fault) report(fault.message, 'rules', index, 'domain', ...fault.path);
  }
  for (const [index, entry] of entries('permissions')) {
    names.model(entry.model, 'permissions', index, 'model');
    names.groups(entry.groups, 'permissions', index, 'groups');
    names.operations(entry, 'permissions', index);
  }
  for (const [index, policy] of entries('fields')) {
    const model = policy.model === undefined ? undefined : names.model(policy.model, 'fields', index, 'model');
    if (model) names.fields(model, policy.fields ?? [], 'fields', index, 'fields');
    names.groups(policy.except, 'fields', index, 'except');
    names.groups(policy.groups, 'fields', index, 'groups');
  }
  return faults;
}

/** Checks of the names in a policy: whatever is not there is reported, with what was probably meant. */
function createNameChecks({ registry, groups }: PolicyCheck, report: Report) {
  return {
    model(name: string, ...path: PropertyKey[]) {
      const found = registry.get(name);
      const known = registry.all().map(model => model.name);
      if (!found) report(`There is no model ${name}.${didYouMean(name, known)}`, ...path);
      return found;
    },
    groups(given: string | readonly string[] | undefined, ...path: PropertyKey[]) {
      for (const [index, name] of [given ?? []].flat().entries()) {
        if (groups.has(name)) continue;
        const place = typeof given === 'string' ? path : [...path, index];
        report(`There is no group ${name}.${didYouMean(name, groups)}`, ...place);
      }
    },
    fields(
      model: { name: string; fields: ReadonlyMap<string, unknown> },
      given: readonly string[],
      ...path: PropertyKey[]
    ) {
      for (const [index, name] of given.entries()) {
        if (model.fields.has(name)) continue;
        report(`The model ${model.name} has no field ${name}.${didYouMean(name, model.fields.keys())}`, ...path, index);
      }
    },
    operations(entry: object, ...path: PropertyKey[]) {
      if (operations.some(operation => operation in entry)) return;
      report('This allows nothing: expected read, write, create or delete.', ...path);
    },
  };
}
