import type { ModelAccess } from '../../model/access-policy.ts';
import { printDomain } from '../../model/domain-print.ts';
import { type Operation, operations, type Principal } from '../../model/principal.ts';
import { principalIn, principalOf } from './callers.ts';
import type { TrialHouse } from './trial-house.ts';

/** What one kind of caller may do, by model. */
export type Rights = ReadonlyMap<string, ModelRights>;

export interface ModelRights {
  readonly operations: ReadonlySet<Operation>;
  /** Which records, by operation: a domain as text. */
  readonly records: ReadonlyMap<Operation, string>;
  readonly readable: ReadonlySet<string>;
  readonly writable: ReadonlySet<string>;
  /** Shown masked, with the mask: `email (all)`. */
  readonly masked: ReadonlySet<string>;
}

/** What everyone may do, and each group, and each of these users. A group that this config has not is like nobody's. */
export async function takeSnapshot(
  house: TrialHouse,
  { groups, logins }: { groups: readonly string[]; logins: readonly string[] },
): Promise<ReadonlyMap<string, Rights>> {
  const snapshot = new Map<string, Rights>();
  snapshot.set('everyone', rightsOf(house, await principalIn(house, [])));
  for (const group of groups) snapshot.set(`group ${group}`, rightsOf(house, await principalIn(house, [group])));
  for (const login of logins) snapshot.set(`user ${login}`, rightsOf(house, await principalOf(house, login)));
  return snapshot;
}

function rightsOf({ app }: TrialHouse, principal: Principal): Rights {
  const { policy, registry } = app.runtime;
  return new Map(
    policy.models(principal).map(access => {
      const allowed = operations.filter(operation => access.operations.has(operation));
      const fieldsWith = (use: 'read' | 'write') =>
        new Set([...access.fields].filter(([, field]) => field[use]).map(([name]) => name));
      const rights: ModelRights = {
        operations: new Set(allowed),
        records: new Map(
          allowed.map(operation => [operation, recordsText({ access, operation, registry, principal })]),
        ),
        readable: fieldsWith('read'),
        writable: fieldsWith('write'),
        masked: new Set([...access.fields].flatMap(([name, { mask }]) => (mask ? `${name} (${mask})` : []))),
      };
      return [access.model.name, rights];
    }),
  );
}

function recordsText(input: {
  access: ModelAccess;
  operation: Operation;
  registry: TrialHouse['app']['runtime']['registry'];
  principal: Principal;
}): string {
  const { access, operation, registry, principal } = input;
  const condition = access.rule(operation);
  const domain = printDomain({ condition, model: access.registered, registry });
  const text = JSON.stringify(domain ?? condition);
  return text === '[]' ? 'all' : text.replaceAll(new RegExp(`"[a-z.]*/?${principal.user.id}"`, 'g'), 'the caller');
}
