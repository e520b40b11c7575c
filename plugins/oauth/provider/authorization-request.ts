import type { Request, Response } from 'express';
import { errors, type Provider } from 'oidc-provider';
import { oauthErrors } from '../errors.ts';
import { scopesIn } from '../scopes.ts';
import type { AuthorizationRequest, ClientKind } from './authorization-server.ts';
import { clientScopes } from './client-scopes.ts';

/** What the browser that sends this request is asked to agree to. Throws INTERACTION_NOT_FOUND. */
export async function authorizationRequest(input: {
  readonly provider: Provider;
  readonly request: Request;
  readonly response: Response;
  readonly kindOf: (clientId: string) => Promise<ClientKind>;
}): Promise<AuthorizationRequest> {
  const { provider, request, response, kindOf } = input;
  const { uid, params } = await provider.interactionDetails(request, response).catch(thrown => {
    throw thrown instanceof errors.SessionNotFound ? oauthErrors.INTERACTION_NOT_FOUND({ cause: thrown }) : thrown;
  });
  const text = (name: string) => (typeof params[name] === 'string' ? params[name] : undefined);
  const client = await provider.Client.find(text('client_id') ?? '');
  if (!client) throw oauthErrors.INTERACTION_NOT_FOUND({ detail: 'its client has ended' });
  const { clientId, clientName } = client;
  const allowed = clientScopes(client);
  return {
    uid,
    client: { id: clientId, name: clientName ?? clientId, kind: await kindOf(clientId) },
    redirectUri: text('redirect_uri') ?? '',
    scopes: scopesIn(text('scope')).filter(scope => allowed.includes(scope)),
    offline: client.grantTypeAllowed('refresh_token'),
    resource: text('resource') ?? '',
    prompts: new Set(text('prompt')?.split(' ')),
    loginHint: text('login_hint'),
  };
}
