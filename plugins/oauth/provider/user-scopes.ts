import { operations, type Principal, type Runtime } from '../../../src/index.ts';
import { loadUser } from '../../base/plugin.ts';
import { type Scope, scopes } from '../scopes.ts';

/** The operations that some model allows this user; of one who is disabled or gone: none. */
export async function userScopes(runtime: Runtime, userId: string): Promise<readonly Scope[]> {
  const found = await loadUser(runtime, userId);
  if (!found?.isActive) return [];
  const { user, groups } = found;
  const credential = {
    kind: 'oauth-token',
    id: '',
    label: '',
    scopes: new Set(operations),
    models: null,
    fields: null,
  };
  const principal: Principal = { user, groups, credential };
  const models = runtime.policy.models(principal);
  return scopes.filter(scope => models.some(({ operations: allowed }) => allowed.has(scope)));
}
