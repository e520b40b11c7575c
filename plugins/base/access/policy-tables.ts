import type { Condition, PolicySet, Principal, Row } from '../../../src/index.ts';
import { compileGrants, type Grant, type GrantTable } from './grants.ts';
import { effectiveName } from './group-names.ts';
import { bound, granted } from './operation-flags.ts';
import { compileRecordRules, type RecordRule, type RecordRuleTable } from './record-rules.ts';

/** The stored half of the policies, as rows by id. */
export interface StoredPolicies {
  readonly groups: ReadonlyMap<string, Row>;
  readonly access: ReadonlyMap<string, Row>;
  readonly rules: ReadonlyMap<string, Row>;
}

export interface PolicyTables {
  readonly grants: GrantTable;
  readonly rules: RecordRuleTable;
}

/** Config and store together, ready to be asked. What the store holds is added to what the config says. */
export function compilePolicies(parts: {
  readonly policies: PolicySet;
  readonly stored: StoredPolicies;
  readonly read: (input: { model: string; domain: unknown; principal: Principal }) => Condition;
  readonly onFault: (rule: RecordRule, reason: unknown) => void;
}): PolicyTables {
  const { policies, stored, read, onFault } = parts;
  const nameOf = (id: unknown) => {
    const row = typeof id === 'string' ? stored.groups.get(id) : undefined;
    return row && effectiveName(row, policies.groups);
  };
  return {
    grants: compileGrants([...configGrants(policies), ...storedGrants(stored.access, nameOf)]),
    rules: compileRecordRules({
      rules: [...configRules(policies), ...storedRules(stored.rules, nameOf)],
      read,
      onFault,
    }),
  };
}

function configGrants({ access }: PolicySet): Grant[] {
  return access.map(entry => ({
    model: entry.model,
    groups: entry.group === undefined ? 'everyone' : [entry.group],
    operations: granted(entry),
  }));
}

function* storedGrants(rows: ReadonlyMap<string, Row>, nameOf: (id: unknown) => string | undefined): Generator<Grant> {
  for (const row of rows.values()) {
    const group = nameOf(row.group);
    // A reference to a group that is not there speaks for nobody.
    if (row.group !== null && group === undefined) continue;
    yield { model: String(row.model), groups: group === undefined ? 'everyone' : [group], operations: granted(row) };
  }
}

function configRules({ rules }: PolicySet): RecordRule[] {
  return rules.map(rule => ({
    name: rule.name,
    model: rule.model,
    group: rule.group,
    operations: bound(rule),
    domain: rule.domain,
  }));
}

function* storedRules(
  rows: ReadonlyMap<string, Row>,
  nameOf: (id: unknown) => string | undefined,
): Generator<RecordRule> {
  for (const row of rows.values()) {
    const group = nameOf(row.group);
    const isLost = row.group !== null && group === undefined;
    yield {
      name: String(row.name),
      model: String(row.model),
      group,
      operations: granted(row),
      domain: row.domain,
      ...(isLost && { fault: `it belongs to a group that is not there (${String(row.group)})` }),
    };
  }
}
