import type { Client } from 'oidc-provider';
import { type Scope, scopes, scopesIn } from '../scopes.ts';
import { allowedScope } from './client-store.ts';

/** What a client may ask for at most; one that registered without naming scopes: all. */
export function clientScopes(client: Client): readonly Scope[] {
  const own = client[allowedScope];
  return typeof own === 'string' ? scopesIn(own) : scopes;
}
