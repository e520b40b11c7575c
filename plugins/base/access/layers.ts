import { type AccessLayer, never } from '../../../src/index.ts';
import type { PolicyTables } from './policy-tables.ts';

/** Group access: what the caller's groups may do with a model. Before the policies are known: nothing. */
export function groupAccessLayer(tables: () => PolicyTables | undefined): AccessLayer {
  return {
    name: 'group access',
    operations: ({ principal, model }) => tables()?.grants.operations(model.name, principal) ?? new Set(),
    explain(question) {
      const grants = tables()?.grants;
      if (question.kind !== 'operation' || !grants) return [];
      return grants.entries({ ...question, model: question.model.name });
    },
  };
}

/** Record rules. Before the policies are known: no record. */
export function recordRuleLayer(tables: () => PolicyTables | undefined): AccessLayer {
  return {
    name: 'record rules',
    rule: ({ principal, model, operation }) =>
      tables()?.rules.condition({ model: model.name, operation, principal }) ?? never,
    explain(question) {
      const rules = tables()?.rules;
      if (question.kind !== 'records' || !rules) return [];
      return rules.entries({ ...question, model: question.model.name });
    },
  };
}
