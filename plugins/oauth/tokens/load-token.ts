import { equals, type Principal, type Row, type Runtime } from '../../../src/index.ts';
import { loadUser } from '../../base/plugin.ts';
import { scopesIn } from '../scopes.ts';
import type { TokenClaims } from './verify-token.ts';

/** What a token stands for at the moment it was read. */
export interface LoadedToken {
  readonly principal: Principal;
  /** Thumbprint of the key that every use has to prove; undefined: none. */
  readonly jkt: string | undefined;
  /** Equal for two readings between which nothing about the token, its user or the user's groups has changed. */
  readonly stamp: string;
}

/** Or why it stands for nobody, for the log. */
export type TokenState = { readonly token: LoadedToken } | { readonly refused: string };

/** Looks up what a verified token depends on: that neither it, nor its grant, nor its client has ended, and its user. */
export async function loadToken(runtime: Runtime, claims: TokenClaims): Promise<TokenState> {
  const [denied, client, grant, owner] = await Promise.all([
    find(runtime, { model: 'oauth.denied-token', field: 'jti', value: claims.jti }),
    find(runtime, { model: 'oauth.client', field: 'client_id', value: claims.client_id }),
    claims.gid === undefined ? undefined : find(runtime, { model: 'oauth.grant', field: 'id', value: claims.gid }),
    loadUser(runtime, claims.sub),
  ]);
  if (denied) return { refused: 'revoked' };
  if (!client || client.ended_at !== null) return { refused: 'its client has ended' };
  const fault = claims.gid === undefined ? serviceFault(client, claims) : grantFault(grant, claims);
  if (fault !== undefined) return { refused: fault };
  if (!owner) return { refused: 'its user is gone' };
  if (!owner.isActive) return { refused: `its user ${owner.user.login} is disabled` };
  const { user, groups } = owner;
  const credential = {
    kind: 'oauth-token',
    id: claims.gid ?? client.id,
    label: claims.client_id,
    scopes: new Set(scopesIn(claims.scope)),
    models: null,
    fields: null,
  };
  return {
    token: {
      principal: { user, groups, credential },
      jkt: claims.cnf?.jkt,
      stamp: JSON.stringify([claims.jti, user, [...groups].sort()]),
    },
  };
}

async function find(
  runtime: Runtime,
  { model, field, value }: { model: string; field: string; value: string },
): Promise<Row | undefined> {
  return (await runtime.store.find({ model, where: equals(field, value), limit: 1 }))[0];
}

function grantFault(grant: Row | undefined, { sub, client_id }: TokenClaims): string | undefined {
  if (!grant) return 'its grant is gone';
  if (typeof grant.revoked_at === 'string') return `its grant was revoked at ${grant.revoked_at}`;
  return grant.user === sub && grant.client_id === client_id ? undefined : 'its grant is for another user or client';
}

function serviceFault(client: Row, { sub }: TokenClaims): string | undefined {
  return client.kind === 'service' && client.user === sub ? undefined : 'its client acts as another user';
}
