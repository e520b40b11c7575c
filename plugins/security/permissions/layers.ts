import { type AccessLayer, type ModelDefinition, operations } from '../../../src/index.ts';
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

/** Models that no right opens, whatever policies say. `name`: what they hold, for `policy explain`. */
export function sealedLayer(input: { models: readonly ModelDefinition[]; name?: string }): AccessLayer {
  const { name = 'secrets' } = input;
  const sealed = new Set(input.models.map(model => model.name));
  const everything = new Set(operations);
  return { name, operations: ({ model }) => (sealed.has(model.name) ? new Set() : everything) };
}
