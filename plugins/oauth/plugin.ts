import type { z } from 'zod';
import { definePlugin } from '../../src/index.ts';
import { oauthPolicies, oauthSecretsLayer } from './access.ts';
import { oauthCleanUp } from './clean-up.ts';
import { resolvePublicName } from './clients/resolve-public-name.ts';
import { resourceMetadataOf } from './endpoints.ts';
import { artifact } from './models/artifact.ts';
import { client } from './models/client.ts';
import { clientSecret } from './models/client-secret.ts';
import { clientUsage } from './models/client-usage.ts';
import { deniedToken } from './models/denied-token.ts';
import { grant } from './models/grant.ts';
import { signingKey } from './models/signing-key.ts';
import type { AuthorizationServer } from './provider/authorization-server.ts';
import { renderError } from './provider/render-error.ts';
import { authorizationRoutes } from './provider/routes.ts';
import { registerClients } from './register-clients.ts';
import { registerPages } from './register-pages.ts';
import { defaultScope } from './scopes.ts';
import { type OAuthSettings, settings } from './settings.ts';
import { startTokens, type Tokens } from './tokens/start-tokens.ts';
import { tokenGuard } from './tokens/token-guard.ts';

/** A change of these decides about tokens; this instance does not wait to be told of it. */
const decidesOnTokens: ReadonlySet<string> = new Set(['base.user', 'base.group', 'oauth.client', 'oauth.grant']);

/** Gatehouse as its own authorization server: sign-in, consent, and access tokens for the MCP endpoint. */
export default definePlugin({
  name: 'oauth',
  version: '1.0.0',
  kernel: '^1',
  depends: ['base', 'security'],
  settings,
  setup(scope, own: OAuthSettings) {
    const { registration, metadataDocuments } = own.clients;
    let running: Tokens | undefined;
    let authorization: AuthorizationServer | undefined;
    const started = (): Tokens => running ?? notStarted();
    const server = (): AuthorizationServer => authorization ?? notStarted();
    const keys = () => started().keys;

    for (const model of [client, clientSecret, clientUsage, grant, artifact, deniedToken, signingKey]) {
      scope.model(model);
    }
    scope.policies(oauthPolicies);
    scope.access(oauthSecretsLayer);
    scope.guard('authenticate', tokenGuard({ ring: () => started().ring, proofs: () => started().proofs }));
    scope.challenge(runtime => ({ resource_metadata: resourceMetadataOf(runtime.server), scope: defaultScope }));
    for (const route of authorizationRoutes({ server, keys, registration })) scope.route(route);
    registerPages(scope, { settings: own.signIn, server });
    registerClients(scope, { settings: own.clients, tokens: started });
    scope.job(oauthCleanUp({ keys, keyRotationDays: own.keyRotationDays }));

    scope.onStart(async runtime => {
      running = startTokens(runtime);
    });
    scope.worker(async (runtime, clock) => {
      // Commands do without what takes longest to load.
      const { createAuthorizationServer } = await import('./provider/create-authorization-server.ts');
      const { createClientRules } = await import('./clients/client-rules.ts');
      const { verify, ring } = started();
      authorization = createAuthorizationServer({
        runtime,
        keys: keys(),
        verify,
        rules: createClientRules({ runtime, clock, settings: own.clients, resolve: resolvePublicName }),
        registration,
        metadataDocuments,
        renderError,
        onEnded: ring.expire,
      });
      return { async stop() {} };
    });
    scope.on('policy.changed', () => running?.ring.expire());
    scope.on('record.changed', ({ model }) => {
      if (decidesOnTokens.has(model)) running?.ring.expire();
    });
    scope.onStop(async () => running?.stopWatching());
  },
});

function notStarted(): never {
  throw new Error('the oauth plugin is used before it has started');
}

declare module '../../src/index.ts' {
  interface PluginSettings {
    oauth?: z.input<typeof settings>;
  }
}
