import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Principal, Runtime } from '../../../src/index.ts';
import { loadUser } from '../../base/plugin.ts';
import { scopesIn } from '../scopes.ts';
import { serviceUser } from './service-user.ts';

/** For whom a request to the authorization server is, as far as it came; for the log. */
export async function onBehalfOf({ oidc }: KoaContextWithOIDC, runtime: Runtime): Promise<Principal | undefined> {
  const { Account, Grant, RefreshToken, ClientCredentials, Interaction } = oidc.entities;
  const said = Interaction?.result?.login?.accountId;
  const service = ClientCredentials && (await serviceUser(runtime, oidc.client?.clientId ?? ''));
  const userId = Account?.accountId ?? Grant?.accountId ?? RefreshToken?.accountId ?? said ?? service;
  const owner = userId === undefined ? undefined : await loadUser(runtime, userId);
  if (!owner) return undefined;
  const { user, groups } = owner;
  const token = oidc.entities.AccessToken ?? ClientCredentials;
  const credential = {
    kind: 'oauth-token',
    id: Grant?.jti ?? RefreshToken?.grantId ?? '',
    label: oidc.client?.clientId ?? '',
    scopes: new Set(scopesIn(token?.scope)),
    models: null,
    fields: null,
  };
  return { user, groups, credential };
}
