import { type Adapter, type Configuration, Provider } from 'oidc-provider';
import type { Runtime } from '../../../src/index.ts';
import { findClientRow } from '../clients/client-rows.ts';
import { resourceOf } from '../endpoints.ts';
import type { VerifyToken } from '../tokens/verify-token.ts';
import type { ArtifactKind } from './artifact-key.ts';
import { createArtifactStore } from './artifact-store.ts';
import { auditTrail } from './audit-trail.ts';
import { authorizationRequest } from './authorization-request.ts';
import type { AuthorizationServer, ClientKind, ClientRules } from './authorization-server.ts';
import { burnFailedCodes } from './burn-failed-code.ts';
import { clientScopes } from './client-scopes.ts';
import { createClientStore } from './client-store.ts';
import { createProvider } from './create-provider.ts';
import { createEndAccess } from './end-access.ts';
import { findService } from './find-service.ts';
import { createGrantStore } from './grant-store.ts';
import { noSessions } from './no-sessions.ts';
import { pinAddress } from './pin-address.ts';
import { revokeAccessTokens } from './revoke-access-token.ts';
import type { SigningKey, SigningKeys } from './signing-keys.ts';
import { userScopes } from './user-scopes.ts';

export interface AuthorizationServerParts {
  readonly runtime: Runtime;
  readonly keys: SigningKeys;
  readonly verify: VerifyToken;
  readonly rules: ClientRules;
  readonly registration: boolean;
  readonly metadataDocuments: boolean;
  readonly renderError: Configuration['renderError'];
  /** Access has ended somewhere here: what is remembered of tokens is to be read anew. */
  readonly onEnded: () => void;
}

const kept: ReadonlySet<string> = new Set<ArtifactKind>([
  'AuthorizationCode',
  'RefreshToken',
  'Interaction',
  'ReplayDetection',
  'AccessToken',
]);

export function createAuthorizationServer(parts: AuthorizationServerParts): AuthorizationServer {
  const { runtime, keys, verify, rules, onEnded } = parts;
  const resource = resourceOf(runtime.server);
  const access = createEndAccess({ runtime, onEnded });
  let current: { readonly kid: string; readonly provider: Provider } | undefined;

  async function provider(): Promise<Provider> {
    const key = await keys.current();
    if (current?.kid !== key.kid) current = { kid: key.kid, provider: build(key) };
    return current.provider;
  }

  function build(key: SigningKey): Provider {
    const made = createProvider({ ...parts, key, adapter, scopesFor });
    const fates = auditTrail({ provider: made, runtime });
    burnFailedCodes({ provider: made, fates });
    revokeAccessTokens({ provider: made, runtime, fates, verify, onRevoked: onEnded });
    made.on('grant.success', ({ oidc }) => {
      const id = oidc.client?.clientId ?? '';
      rules.noteUse(id).catch(thrown => runtime.log.error({ err: thrown, client: id }, 'use of client not noted'));
    });
    made.onerror = error => runtime.log.error({ err: error }, 'authorization server failed');
    return made;
  }

  function adapter(kind: string): Adapter {
    if (kind === 'Client') return createClientStore(rules);
    if (kind === 'Grant') return createGrantStore({ runtime, resource, nameOf, reason, revoke: access.revokeGrant });
    if (!kept.has(kind)) return noSessions;
    return createArtifactStore(kind as ArtifactKind, { runtime, onReplay: endReplayed });
  }

  /** As the provider itself does it, where of two at the same moment one came later. */
  async function endReplayed(id: string): Promise<void> {
    await access.revokeGrant({ id, reason: reason() });
    const { ctx } = Provider;
    ctx?.oidc.provider.emit('grant.revoked', ctx, id);
  }

  async function scopesFor(client: Parameters<typeof clientScopes>[0]) {
    const own = clientScopes(client);
    const service = await findService(runtime, client.clientId);
    if (!service) return own;
    const allowed = await userScopes(runtime, service.user);
    return own.filter(scope => allowed.includes(scope));
  }

  async function nameOf(clientId: string): Promise<string> {
    return String((await findClientRow(runtime, clientId))?.name ?? clientId);
  }

  async function kindOf(clientId: string): Promise<ClientKind> {
    const kind = (await findClientRow(runtime, clientId))?.kind;
    return kind === 'cimd' || kind === 'service' ? kind : 'dcr';
  }

  return {
    provider,
    async handle(request, response) {
      const { server } = runtime;
      pinAddress(request, server.publicUrl);
      const handler = (await provider()).callback();
      await handler(request, response);
    },
    async interaction(request, response) {
      return authorizationRequest({ provider: await provider(), request, response, kindOf });
    },
    async approve(input) {
      const { request, response, userId } = input;
      const made = await provider();
      const asked = await authorizationRequest({ provider: made, request, response, kindOf });
      const allowed = await userScopes(runtime, userId);
      const granted = asked.scopes.filter(scope => input.scopes.includes(scope) && allowed.includes(scope));
      const login = { accountId: userId, remember: false };
      if (granted.length === 0) {
        const result = { error: 'access_denied', error_description: 'nothing was granted', login };
        return made.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
      }
      const grant = new made.Grant({ accountId: userId, clientId: asked.client.id });
      grant.jti = runtime.newId();
      grant.addResourceScope(resource, granted.join(' '));
      const grantId = await grant.save();
      const result = { login, consent: { grantId } };
      await made.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    },
    async deny({ request, response, reason, userId }) {
      const made = await provider();
      await authorizationRequest({ provider: made, request, response, kindOf });
      const login = userId === undefined ? undefined : { accountId: userId, remember: false };
      const result = { error: 'access_denied', error_description: reason, ...(login && { login }) };
      await made.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    },
    scopesOf: userId => userScopes(runtime, userId),
    ...access,
    rotateKeys: keys.rotate,
  };
}

/** Why the provider ends a grant just now. */
function reason(): string {
  return Provider.ctx?.oidc.route === 'revocation' ? 'revoked by the client' : 'a code or refresh token was used twice';
}
