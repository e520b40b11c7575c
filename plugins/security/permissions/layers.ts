import type { AccessLayer } from '../../../src/index.ts';
import type { PermissionDirectory } from './permission-directory.ts';

const none = { read: false, write: false };

/** The whitelist of what AI clients may reach at all. Before it is known: nothing. */
export function permissionLayer(directory: () => PermissionDirectory | undefined): AccessLayer {
  return {
    name: 'permissions',
    operations: ({ principal, model }) =>
      directory()?.tables().permissions.operations(model.name, principal) ?? new Set(),
    explain(question) {
      const tables = directory()?.tables();
      if (question.kind !== 'operation' || !tables) return [];
      return tables.permissions.entries({ ...question, model: question.model.name });
    },
  };
}

/** Fields that policies hide or mask. Before they are known: all of them. */
export function fieldRuleLayer(directory: () => PermissionDirectory | undefined): AccessLayer {
  return {
    name: 'field policies',
    field({ principal, model, name, field }) {
      const tables = directory()?.tables();
      return tables?.fields.access({ principal, model: model.name, name, field }) ?? none;
    },
    explain(question) {
      const tables = directory()?.tables();
      if (question.kind !== 'field' || !tables) return [];
      return tables.fields.entries({ ...question, model: question.model.name });
    },
  };
}

/** Models that no right opens, whatever policies say. */
export function sealedLayer(models: ReadonlySet<string>): AccessLayer {
  const everything = new Set(['read', 'write', 'create', 'delete'] as const);
  return {
    name: 'secrets',
    operations: ({ model }) => (models.has(model.name) ? new Set() : everything),
  };
}
