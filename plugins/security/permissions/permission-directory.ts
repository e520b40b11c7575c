import type { PolicySet, Runtime } from '../../../src/index.ts';
import { createStoredTable, type GrantTable, groupNames } from '../../base/plugin.ts';
import { createFieldRuleTable, type FieldRuleTable } from './field-rules.ts';
import { createPermissionTable } from './permission-table.ts';

export interface PermissionTables {
  readonly permissions: GrantTable;
  readonly fields: FieldRuleTable;
}

/** Permissions and field policies of config and store, in memory. */
export interface PermissionDirectory {
  tables(): PermissionTables;
  /** Reads what changed in the store; true when anything did. Throws STORE_UNAVAILABLE. */
  sync(): Promise<boolean>;
}

export function createPermissionDirectory(runtime: Runtime): PermissionDirectory {
  const { store } = runtime;
  const groups = createStoredTable({ store, model: 'base.group' });
  const permissions = createStoredTable({ store, model: 'security.permission', by: 'model' });
  const fieldRules = createStoredTable({ store, model: 'security.field-rule', by: 'model' });
  let compiled: { from: PolicySet; tables: PermissionTables } | undefined;

  return {
    tables() {
      const policies = runtime.policies();
      if (compiled?.from !== policies) {
        const parts = { policies, nameOf: groupNames(groups.rows(), policies.groups) };
        const tables = {
          permissions: createPermissionTable({ ...parts, stored: permissions.of }),
          fields: createFieldRuleTable({ ...parts, stored: fieldRules.of }),
        };
        compiled = { from: policies, tables };
      }
      return compiled.tables;
    },
    async sync() {
      const changes = await Promise.all([groups.sync(), permissions.sync(), fieldRules.sync()]);
      const isChanged = changes.includes(true);
      if (isChanged) compiled = undefined;
      return isChanged;
    },
  };
}
