import type { Principal } from '../../../src/index.ts';
import type { LoadedUser } from '../../base/plugin.ts';

/** Somebody who has signed in at a browser, for the log. It is no credential for records. */
export function principalAt({ user, groups }: LoadedUser): Principal {
  const credential = {
    kind: 'browser',
    id: '',
    label: 'browser',
    scopes: new Set<never>(),
    models: new Set<string>(),
    fields: null,
  };
  return { user, groups, credential };
}
