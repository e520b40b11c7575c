import type { PolicySet, Runtime } from '../../../src/index.ts';
import { createTableSet, type GrantTable, groupNames } from '../../base/plugin.ts';
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
  const stored = createTableSet({
    store: runtime.store,
    models: {
      groups: { model: 'base.group' },
      permissions: { model: 'security.permission', by: 'model' },
      fieldRules: { model: 'security.field-rule', by: 'model' },
    },
  });
  let compiled: { from: PolicySet; tables: PermissionTables } | undefined;

  return {
    tables() {
      const policies = runtime.policies();
      if (compiled?.from !== policies) {
        const { groups, permissions, fieldRules } = stored.current();
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
      const isChanged = await stored.sync();
      if (isChanged) compiled = undefined;
      return isChanged;
    },
  };
}
