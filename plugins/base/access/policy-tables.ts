import type { Condition, PolicySet, Principal, Row } from '../../../src/index.ts';
import { createGrantTable, type Grant, type GrantTable } from './grants.ts';
import type { GroupNames } from './group-names.ts';
import { bound, granted } from './operation-flags.ts';
import { createRecordRuleTable, type RecordRule, type RecordRuleTable } from './record-rules.ts';

export interface PolicyTables {
  readonly grants: GrantTable;
  readonly rules: RecordRuleTable;
}

type RowsOf = (model: string) => readonly Row[];

/** Config and store together, ready to be asked. What the store holds is added to what the config says. */
export function createPolicyTables(parts: {
  readonly policies: PolicySet;
  /** Rows of `base.access` and `base.rule` by the model that they speak of. */
  readonly stored: { readonly access: RowsOf; readonly rules: RowsOf };
  readonly nameOf: GroupNames;
  readonly read: (input: { model: string; domain: unknown; principal: Principal }) => Condition;
  readonly onFault: (rule: RecordRule, reason: unknown) => void;
}): PolicyTables {
  const { policies, stored, nameOf, read, onFault } = parts;
  const access = Map.groupBy(policies.access, ({ model }) => model);
  const rules = Map.groupBy(policies.rules, ({ model }) => model);
  return {
    grants: createGrantTable(model => [
      ...(access.get(model) ?? []).map(configGrant),
      ...stored.access(model).flatMap(row => storedGrant(row, nameOf)),
    ]),
    rules: createRecordRuleTable({
      rulesOf: model => [
        ...(rules.get(model) ?? []).map(configRule),
        ...stored.rules(model).map(row => storedRule(row, nameOf)),
      ],
      read,
      onFault,
    }),
  };
}

function configGrant(entry: PolicySet['access'][number]): Grant {
  return {
    groups: entry.group === undefined ? 'everyone' : [entry.group],
    operations: granted(entry),
    origin: { entry },
  };
}

function storedGrant(row: Row, nameOf: GroupNames): Grant[] {
  const origin = { model: 'base.access', id: row.id };
  if (row.group === null) return [{ groups: 'everyone', operations: granted(row), origin }];
  const group = nameOf(row.group);
  // A reference to a group that is not there speaks for nobody.
  return group === undefined ? [] : [{ groups: [group], operations: granted(row), origin }];
}

function configRule(rule: PolicySet['rules'][number]): RecordRule {
  const { name, model, group, domain } = rule;
  return { name, model, group, operations: bound(rule), domain, origin: { entry: rule } };
}

function storedRule(row: Row, nameOf: GroupNames): RecordRule {
  const group = nameOf(row.group);
  const isLost = row.group !== null && group === undefined;
  return {
    name: String(row.name),
    model: String(row.model),
    group,
    operations: granted(row),
    domain: row.domain,
    origin: { model: 'base.rule', id: row.id },
    ...(isLost && { fault: `it belongs to a group that is not there (${String(row.group)})` }),
  };
}
