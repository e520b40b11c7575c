import type { Logger } from 'pino';
import type { Condition, PolicySet, Principal, Runtime } from '../../src/index.ts';
import { groupNames } from './access/group-names.ts';
import { createPolicyTables, type PolicyTables } from './access/policy-tables.ts';
import type { RecordRule } from './access/record-rules.ts';
import { createTableSet } from './table-set.ts';

/** Groups, group access and record rules of config and store, in memory. */
export interface PolicyDirectory {
  /** What holds now. */
  tables(): PolicyTables;
  /** Reads what changed in the store; true when anything did. */
  sync(): Promise<boolean>;
}

/** A directory that knows the config's policies; the store's come with the first `sync`. */
export function createPolicyDirectory(parts: {
  readonly runtime: Runtime;
  readonly read: (input: { model: string; domain: unknown; principal: Principal }) => Condition;
}): PolicyDirectory {
  const { runtime, read } = parts;
  const stored = createTableSet({
    store: runtime.store,
    models: {
      groups: { model: 'base.group' },
      access: { model: 'base.access', by: 'model' },
      rules: { model: 'base.rule', by: 'model' },
    },
  });
  let compiled: { from: PolicySet; tables: PolicyTables } | undefined;

  return {
    tables() {
      const policies = runtime.policies();
      if (compiled?.from !== policies) {
        const { groups, access, rules } = stored.current();
        const tables = createPolicyTables({
          policies,
          stored: { access: access.of, rules: rules.of },
          nameOf: groupNames(groups.rows(), policies.groups),
          read,
          onFault: faultLogger(runtime.log),
        });
        compiled = { from: policies, tables };
      }
      return compiled.tables;
    },
    async sync() {
      const isChanged = await stored.sync();
      if (isChanged) compiled = undefined;
      return isChanged;
    },
  };
}

/** Tells of every faulty rule once, however many callers it concerns. */
function faultLogger(log: Logger): (rule: RecordRule, reason: unknown) => void {
  const told = new Set<string>();
  return ({ name, model }, reason) => {
    const rule = `${model} ${name}`;
    if (told.has(rule)) return;
    told.add(rule);
    log.error({ rule: name, model, reason: String(reason) }, 'record rule not readable: model closed');
  };
}
