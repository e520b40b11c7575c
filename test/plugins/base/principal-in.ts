import { type Credential, operations, type Principal } from '../../../src/index.ts';

/** A caller who is in these groups, with a credential that limits nothing but what is said. */
export function principalIn(groups: readonly string[], credential: Partial<Credential> = {}): Principal {
  return {
    user: { id: '0123456789abcdef01234567', login: 'sara', name: 'Sara', timeZone: 'Europe/Berlin' },
    groups: new Set(groups),
    credential: {
      kind: 'api-key',
      id: 'f'.repeat(24),
      label: 'PREFIX12',
      scopes: new Set(operations),
      models: null,
      fields: null,
      ...credential,
    },
  };
}
