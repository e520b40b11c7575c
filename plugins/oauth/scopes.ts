import { type Operation, operations } from '../../src/index.ts';

/** What a token may do: the operations that API keys have as scopes, too. */
export type Scope = Operation;

/** All of them, in the order in which they are shown. */
export const scopes: readonly Scope[] = operations;

/** Asks for a refresh token (OpenID Connect Core, section 11). */
export const offlineAccess = 'offline_access';

/** What a client gets that does not say what it wants: the least. */
export const defaultScope: Scope = 'read';

/** Whether a word names a scope. */
export function isScope(name: string): name is Scope {
  return scopes.some(scope => scope === name);
}

/** The scopes in a list separated by spaces (RFC 6749, section 3.3); other words are passed over. */
export function scopesIn(text: string | undefined): readonly Scope[] {
  const named = new Set(text?.split(' '));
  return scopes.filter(scope => named.has(scope));
}
