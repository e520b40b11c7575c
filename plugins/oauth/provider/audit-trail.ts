import type { Response } from 'express';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { GatehouseError, type Outcome, type Runtime } from '../../../src/index.ts';
import { onBehalfOf } from './on-behalf-of.ts';

/** Errors of OAuth that say that a credential was wrong; alerts count them as failed authentication. */
const wrongCredential: ReadonlySet<string> = new Set(['invalid_client', 'invalid_grant']);

/** What oidc-provider throws: `error_detail` is for the log alone. */
interface ProviderError extends Error {
  readonly error?: string;
  readonly error_description?: string;
  readonly error_detail?: string;
  readonly expose?: boolean;
}

/** What became of requests; kept as long as they are. */
export interface RequestFates {
  /** Why it was refused; undefined: it was not. */
  failureOf(ctx: object): Error | undefined;
  /** The refusal does not count any more: it was answered otherwise. */
  forgive(ctx: object): void;
}

/**
 * Writes every decision of the authorization server into the log before its answer leaves: registered, authorized,
 * issued, refreshed, revoked, or refused and why. Where the log cannot be written, nothing is handed out.
 */
export function auditTrail({ provider, runtime }: { provider: Provider; runtime: Runtime }): RequestFates {
  const failures = new WeakMap<object, ProviderError>();
  const authorized = new WeakSet<object>();
  /** Grants that a request ended. */
  const ended = new WeakMap<object, string>();

  function fail(ctx: KoaContextWithOIDC, error: Error): void {
    failures.set(ctx, error);
  }
  provider.on('authorization.error', fail);
  provider.on('grant.error', fail);
  provider.on('revocation.error', fail);
  provider.on('registration_create.error', fail);
  provider.on('server_error', (ctx, error) => {
    fail(ctx, error);
    runtime.log.error({ err: error, path: ctx.path }, 'authorization server failed');
  });
  provider.on('authorization.success', ctx => authorized.add(ctx));
  provider.on('grant.revoked', (ctx, grantId) => ended.set(ctx, grantId));

  provider.use(async (context, next) => {
    await next();
    const ctx = context as KoaContextWithOIDC;
    const method = methodOf(ctx);
    const error = failures.get(ctx);
    // An authorization request that leads to the sign-in page is not decided yet.
    if (!method || (method === 'oauth/authorize' && !error && !authorized.has(ctx))) return;
    try {
      await runtime.recordEvent({
        method,
        target: clientIdOf(ctx),
        address: String((ctx.res as Response).locals.clientAddress),
        client: { name: ctx.oidc.client?.clientName ?? '', userAgent: ctx.get('user-agent').slice(0, 200) },
        principal: await onBehalfOf({ ctx, runtime, ended: ended.get(ctx) }),
        outcome: outcomeOf(error),
      });
    } catch (thrown) {
      if (!(thrown instanceof GatehouseError)) throw thrown;
      ctx.status = 503;
      ctx.remove('Location');
      ctx.body = { error: 'temporarily_unavailable', error_description: thrown.spec.message };
    }
  });

  return { failureOf: ctx => failures.get(ctx), forgive: ctx => failures.delete(ctx) };
}

/** What the log calls the request; undefined: nothing is decided by it. */
function methodOf(ctx: KoaContextWithOIDC): string | undefined {
  // A path that is none of the provider's has no `oidc`.
  switch (ctx.oidc?.route) {
    case 'authorization':
    case 'resume':
      return 'oauth/authorize';
    case 'token':
      return ctx.oidc.params?.grant_type === 'refresh_token' ? 'oauth/refresh' : 'oauth/token';
    case 'revocation':
      return 'oauth/revoke';
    case 'registration':
      return 'oauth/register';
    default:
      return undefined;
  }
}

function clientIdOf({ oidc }: KoaContextWithOIDC): string {
  const claimed = oidc.params?.client_id;
  return oidc.client?.clientId ?? (typeof claimed === 'string' ? claimed : '');
}

function outcomeOf(error: ProviderError | undefined): Outcome {
  if (!error) return { kind: 'ok' };
  const name = error.error ?? error.name;
  const reason = `${name}: ${error.error_detail ?? error.error_description ?? error.message}`;
  if (error.expose !== true) return { kind: 'error', code: 'INTERNAL', reason };
  const code = wrongCredential.has(name) ? 'UNAUTHENTICATED' : 'OAUTH_REQUEST_REFUSED';
  return { kind: 'denied', stage: 'authenticate', code, reason };
}
