import type { Call, GatehouseError, Guard, Principal, Runtime } from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';
import type { LimitsBook } from '../limits-book.ts';
import type { RateLimits, Standing, Taken } from '../rate/rate-limits.ts';

interface Parts {
  readonly rates: RateLimits;
  readonly limits: LimitsBook;
}

/** Counts the call; over a limit it is refused, and does not count. */
export function rateGuard({ rates, limits }: Parts): Guard<'rate'> {
  const taking = (principal: Principal, now: number) => ({ principal, rate: limits.of(principal).rate, now });
  function conclude(call: Call, runtime: Runtime, taken: Taken): void {
    announce(call, taken);
    if (!taken.isAllowed) throw rateLimited(taken, runtime.now());
  }

  return {
    name: 'rate limit',
    check(call, runtime) {
      const { principal } = call;
      if (!principal) return;
      const taken = rates.take(taking(principal, runtime.now()));
      if (taken instanceof Promise) return taken.then(later => conclude(call, runtime, later));
      conclude(call, runtime, taken);
    },
    trial(call, runtime) {
      const { principal } = call;
      if (!principal) return;
      const now = runtime.now();
      const standing = rates.look(taking(principal, now));
      if (standing.remaining === 0) throw rateLimited(standing, now);
    },
  };
}

function rateLimited({ limit, resetAt }: Standing, now: number): GatehouseError {
  const wait = Math.max(1, Math.ceil((resetAt - now) / 1000));
  return securityErrors.RATE_LIMITED({
    message: `Too many calls: at most ${limit} within 60 s. Try again in ${wait} s.`,
    data: { limit, retryAfter: wait },
    headers: { 'Retry-After': String(wait) },
  });
}

/** Before anything else can refuse a known caller: every answer to one says where it stands. Counts nothing. */
export function rateHeadersGuard({ rates, limits }: Parts): Guard<'session'> {
  return {
    name: 'rate headers',
    trial: 'check',
    check(call, runtime) {
      const { principal } = call;
      if (principal) announce(call, rates.look({ principal, rate: limits.of(principal).rate, now: runtime.now() }));
      return undefined;
    },
  };
}

/** `X-RateLimit-Reset` is in seconds since the epoch, when one more call becomes free. */
function announce({ responseHeaders }: Call, { limit, remaining, resetAt }: Standing): void {
  responseHeaders['X-RateLimit-Limit'] = String(limit);
  responseHeaders['X-RateLimit-Remaining'] = String(remaining);
  responseHeaders['X-RateLimit-Reset'] = String(Math.ceil(resetAt / 1000));
}
