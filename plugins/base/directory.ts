import type { Logger } from 'pino';
import type { Condition, PolicySet, Principal, Runtime } from '../../src/index.ts';
import { compilePolicies, type PolicyTables } from './access/policy-tables.ts';
import type { RecordRule } from './access/record-rules.ts';
import { createStoredTable } from './stored-table.ts';

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
  const groups = createStoredTable({ store: runtime.store, model: 'base.group' });
  const access = createStoredTable({ store: runtime.store, model: 'base.access' });
  const rules = createStoredTable({ store: runtime.store, model: 'base.rule' });
  let compiled: { from: PolicySet; tables: PolicyTables } | undefined;

  return {
    tables() {
      const policies = runtime.policies();
      if (compiled?.from !== policies) {
        const stored = { groups: groups.rows(), access: access.rows(), rules: rules.rows() };
        const onFault = (rule: RecordRule, reason: unknown) => logFault(runtime.log, rule, reason);
        compiled = { from: policies, tables: compilePolicies({ policies, stored, read, onFault }) };
      }
      return compiled.tables;
    },
    async sync() {
      const changes = await Promise.all([groups.sync(), access.sync(), rules.sync()]);
      const isChanged = changes.includes(true);
      if (isChanged) compiled = undefined;
      return isChanged;
    },
  };
}

function logFault(log: Logger, rule: RecordRule, reason: unknown): void {
  log.error({ rule: rule.name, model: rule.model, reason: String(reason) }, 'record rule not readable: model closed');
}
