import { operations, type Principal, type Runtime } from '../../src/index.ts';
import { groupsNamed } from './load-user.ts';

/** Somebody who is in these groups and is no user: for trials of policies before there are users. */
export async function madeUpPrincipal(groups: readonly string[], runtime: Runtime): Promise<Principal> {
  return {
    user: { id: '0'.repeat(24), login: 'somebody', name: 'Somebody', timeZone: 'UTC' },
    groups: await groupsNamed(runtime, groups),
    credential: {
      kind: 'trial',
      id: '',
      label: 'trial',
      scopes: new Set(operations),
      models: null,
      fields: null,
    },
  };
}
