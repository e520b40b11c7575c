import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { RequestFates } from './audit-trail.ts';

/**
 * A code whose client presents it with a wrong verifier or redirect URI is used up: who holds a code of somebody else has
 * one guess (RFC 9700, section 4.5). oidc-provider would let it be tried for as long as the code lives.
 */
export function burnFailedCodes({ provider, fates }: { provider: Provider; fates: RequestFates }): void {
  provider.use(async (context, next) => {
    await next();
    const { oidc } = context as KoaContextWithOIDC;
    if (oidc?.route !== 'token' || oidc.params?.grant_type !== 'authorization_code') return;
    if (!(fates.failureOf(context) instanceof errors.InvalidGrant)) return;
    const code = await provider.AuthorizationCode.find(String(oidc.params.code));
    // One that was used is kept: presented again, it has to be known.
    if (code?.isValid && code.clientId === oidc.client?.clientId) await code.destroy();
  });
}
