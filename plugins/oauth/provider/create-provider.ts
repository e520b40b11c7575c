import { timingSafeEqual } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { hashSecret } from '../clients/secret.ts';
import { endpoints } from '../endpoints.ts';
import { defaultScope, offlineAccess, scopes } from '../scopes.ts';
import type { ClientRules } from './authorization-server.ts';
import { type ConfigurationParts, providerConfiguration } from './configuration.ts';

export interface ProviderParts extends ConfigurationParts {
  readonly rules: ClientRules;
}

/** oidc-provider, set up for Gatehouse: its clients' secrets are hashes, and their redirect URIs go by our rules. */
export function createProvider(parts: ProviderParts): Provider {
  const { runtime, rules } = parts;
  const provider = new Provider(runtime.server.publicUrl, providerConfiguration(parts));
  // The address is pinned in the headers that a proxy would send; see `pin-address.ts`.
  provider.proxy = true;
  const client = provider.Client.prototype;
  client.compareClientSecret = function compareClientSecret(presented: string) {
    const [expected, actual] = [Buffer.from(this.clientSecret ?? ''), Buffer.from(hashSecret(presented))];
    return expected.length === actual.length && timingSafeEqual(expected, actual);
  };
  client.redirectUriAllowed = function redirectUriAllowed(requested: string) {
    return rules.isRedirectAllowed({ registered: [...(this.redirectUris ?? [])], requested });
  };
  provider.use(async (ctx, next) => {
    if (ctx.method === 'GET' && ctx.path === endpoints.authorization && !ctx.query.scope) {
      ctx.query = { ...ctx.query, scope: defaultScope };
    }
    await next();
    // oidc-provider always adds `openid`, which nobody can be granted here.
    const isDiscovery = ctx.path.startsWith('/.well-known/') && typeof ctx.body === 'object';
    if (isDiscovery) ctx.body = { ...ctx.body, scopes_supported: [...scopes, offlineAccess] };
  });
  return provider;
}
