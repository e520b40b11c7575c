import type { KoaContextWithOIDC } from 'oidc-provider';
import { equals, type Principal, type Runtime } from '../../../src/index.ts';
import { loadUser } from '../../base/plugin.ts';
import { scopesIn } from '../scopes.ts';
import { findService } from './find-service.ts';

/** For whom a request to the authorization server is, as far as it came; for the log. `ended`: the grant that it ended. */
export async function onBehalfOf(input: {
  readonly ctx: KoaContextWithOIDC;
  readonly runtime: Runtime;
  readonly ended: string | undefined;
}): Promise<Principal | undefined> {
  const { runtime, ended } = input;
  const { client, entities } = input.ctx.oidc;
  const { Account, Grant, RefreshToken, ClientCredentials, AccessToken, Interaction } = entities;
  const clientId = client?.clientId ?? '';
  const service = ClientCredentials && (await findService(runtime, clientId));
  const userId =
    Account?.accountId ??
    Grant?.accountId ??
    RefreshToken?.accountId ??
    Interaction?.result?.login?.accountId ??
    service?.user ??
    (await userOfGrant(runtime, ended));
  const owner = userId === undefined ? undefined : await loadUser(runtime, userId);
  if (!owner) return undefined;
  const { user, groups } = owner;
  const credential = {
    kind: 'oauth-token',
    id: Grant?.jti ?? RefreshToken?.grantId ?? service?.id ?? ended ?? '',
    label: clientId,
    scopes: new Set(scopesIn((AccessToken ?? ClientCredentials)?.scope)),
    models: null,
    fields: null,
  };
  return { user, groups, credential };
}

async function userOfGrant(runtime: Runtime, id: string | undefined): Promise<string | undefined> {
  if (id === undefined) return undefined;
  const [grant] = await runtime.store.find({ model: 'oauth.grant', where: equals('id', id), limit: 1 });
  return typeof grant?.user === 'string' ? grant.user : undefined;
}
