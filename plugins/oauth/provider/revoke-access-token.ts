import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { hasCode, isoTime, type Runtime, recordStamp } from '../../../src/index.ts';
import { clockSkewSeconds } from '../tokens/lifetimes.ts';
import type { TokenClaims, VerifyToken } from '../tokens/verify-token.ts';
import type { RequestFates } from './audit-trail.ts';

/**
 * Revocation of access tokens (RFC 7009). oidc-provider authenticates the client and then refuses JWTs; here they are
 * put on the list of those that are refused. What is no token of this client is passed over, as the RFC has it: 200.
 */
export function revokeAccessTokens(parts: {
  readonly provider: Provider;
  readonly runtime: Runtime;
  readonly fates: RequestFates;
  readonly verify: VerifyToken;
  readonly onRevoked: () => void;
}): void {
  const { provider, runtime, fates, verify, onRevoked } = parts;
  provider.use(async (context, next) => {
    await next();
    const ctx = context as KoaContextWithOIDC;
    // Only once the client is authenticated does the provider look at the token.
    if (!(fates.failureOf(ctx) instanceof errors.UnsupportedTokenType)) return;
    const verified = await verify(String(ctx.oidc.params?.token));
    if ('claims' in verified && verified.claims.client_id === ctx.oidc.client?.clientId) {
      await deny(runtime, verified.claims);
      onRevoked();
    }
    fates.forgive(ctx);
    ctx.status = 200;
    ctx.type = 'text/plain';
    ctx.body = '';
  });
}

async function deny(runtime: Runtime, { jti, exp }: TokenClaims): Promise<void> {
  const until = isoTime((exp + clockSkewSeconds) * 1_000);
  const row = { id: runtime.newId(), jti, expires_at: until, ...recordStamp(runtime) };
  try {
    await runtime.store.write([{ kind: 'insert', model: 'oauth.denied-token', row }]);
  } catch (thrown) {
    // It is there already.
    if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
  }
}
