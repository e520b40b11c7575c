import { type Adapter, type Client, type Configuration, errors } from 'oidc-provider';
import type { Runtime } from '../../../src/index.ts';
import { loadUser } from '../../base/plugin.ts';
import { endpoints, resourceOf } from '../endpoints.ts';
import { offlineAccess, type Scope, scopes } from '../scopes.ts';
import {
  accessTokenSeconds,
  clockSkewSeconds,
  codeSeconds,
  interactionSeconds,
  refreshTokenSeconds,
} from '../tokens/lifetimes.ts';
import { signatureAlgorithms } from '../tokens/signature-algorithms.ts';
import type { ClientRules } from './authorization-server.ts';
import { allowedScope } from './client-store.ts';
import { everyTime } from './interaction-policy.ts';
import type { SigningKey } from './signing-keys.ts';
import { createTokenClaims } from './token-claims.ts';

export interface ConfigurationParts {
  readonly runtime: Runtime;
  readonly key: SigningKey;
  readonly rules: Pick<ClientRules, 'fetchForMetadata' | 'checkRegistration'>;
  readonly adapter: (kind: string) => Adapter;
  readonly registration: boolean;
  /** Whether clients may be known by the address of a metadata document. */
  readonly metadataDocuments: boolean;
  /** What this client may get at most: what it may ask for, and of a service what its user may do. */
  readonly scopesFor: (client: Client) => Promise<readonly Scope[]>;
  readonly renderError: Configuration['renderError'];
}

/** Grants last until they are ended; oidc-provider wants a time for it (s). */
const grantSeconds = 100 * 365 * 86_400;
const off = { enabled: false };

/** What oidc-provider is to be: OAuth 2.1 for one resource, with PKCE always, and nothing of OpenID Connect. */
export function providerConfiguration(parts: ConfigurationParts): Configuration {
  const { runtime, key, rules, adapter } = parts;
  const { publicUrl } = runtime.server;
  const resource = resourceOf(runtime.server);
  const isSecure = publicUrl.startsWith('https:');
  const claims = createTokenClaims(runtime);
  return {
    adapter,
    jwks: { keys: [key.privateJwk] },
    routes: {
      authorization: endpoints.authorization,
      token: endpoints.token,
      revocation: endpoints.revocation,
      registration: endpoints.registration,
      jwks: endpoints.jwks,
    },
    scopes: [...scopes, offlineAccess],
    responseTypes: ['code'],
    allowOmittingSingleRegisteredRedirectUri: false,
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: signatureAlgorithms, dPoPSigningAlgValues: signatureAlgorithms },
    clientDefaults: { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
    extraClientMetadata: { properties: [allowedScope] },
    // Which pages may call is decided before, for everything that is served here.
    clientBasedCORS: () => true,
    clockTolerance: clockSkewSeconds,
    pkce: { required: () => true },
    cookies: {
      names: { interaction: 'gatehouse_interaction', resume: 'gatehouse_resume', session: 'gatehouse_flow' },
      short: { httpOnly: true, sameSite: 'lax', secure: isSecure },
      long: { httpOnly: true, sameSite: 'lax', secure: isSecure },
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      AuthorizationCode: codeSeconds,
      RefreshToken: refreshTokenSeconds,
      Interaction: interactionSeconds,
      Session: interactionSeconds,
      Grant: grantSeconds,
    },
    interactions: { policy: everyTime(), url: (_ctx, { uid }) => `${endpoints.interaction}/${uid}` },
    async findAccount(_ctx, sub) {
      const user = await loadUser(runtime, sub);
      return user?.isActive ? { accountId: sub, claims: () => ({ sub }) } : undefined;
    },
    loadExistingGrant: async ({ oidc }) => {
      const id = oidc.result?.consent?.grantId;
      return id === undefined ? undefined : oidc.provider.Grant.find(id);
    },
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    renderError: parts.renderError,
    fetch: rules.fetchForMetadata,
    // Such clients are read by our own rules (`clients/`); what oidc-provider would do with them is switched off.
    discovery: { client_id_metadata_document_supported: parts.metadataDocuments },
    extraTokenClaims: claims.extra,
    formats: { customizers: { jwt: claims.complete } },
    features: {
      devInteractions: off,
      userinfo: off,
      rpInitiatedLogout: off,
      introspection: off,
      pushedAuthorizationRequests: off,
      claimsParameter: off,
      requestObjects: off,
      jwtResponseModes: off,
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      registration: {
        enabled: parts.registration,
        initialAccessToken: false,
        // One that began with a hyphen would be an option on the command line.
        idFactory: () => `app_${runtime.randomBytes(16).toString('hex')}`,
        // The one place between the body being read and the client being made: no such token is issued.
        async issueRegistrationAccessToken({ oidc }) {
          Object.assign(oidc, { body: await rules.checkRegistration(oidc.body ?? {}) });
          return false;
        },
      },
      revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => resource,
        useGrantedResource: async () => true,
        async getResourceServerInfo(_ctx, asked, client) {
          if (asked !== resource) throw new errors.InvalidTarget(`the only resource here is ${resource}`);
          return {
            scope: (await parts.scopesFor(client)).join(' '),
            audience: resource,
            accessTokenTTL: accessTokenSeconds,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256', kid: key.kid } },
          };
        },
      },
    },
  };
}
