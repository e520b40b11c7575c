import type { Guard } from '../../../src/index.ts';
import type { LimitsBook } from '../limits-book.ts';
import { isAddressAllowed } from '../network/address-list.ts';
import type { SessionBook } from '../sessions/session-book.ts';

/** The session that a call belongs to, within idle time, age and number. */
export function sessionGuard(parts: {
  readonly book: () => SessionBook;
  readonly limits: LimitsBook;
}): Guard<'session'> {
  return {
    name: 'session',
    check(call, runtime) {
      const { principal } = call;
      if (!principal) return undefined;
      const limits = parts.limits.of(principal);
      // Refused two stages on: a stolen key used from elsewhere must not take up the sessions of its owner.
      const isLetIn = isAddressAllowed(call.address, limits) && (limits.hours?.includes(runtime.now()) ?? true);
      return isLetIn ? parts.book().enter({ call, principal, limits }) : undefined;
    },
    async trial(call, runtime) {
      const { principal } = call;
      if (principal) await parts.book().look({ call, principal, limits: parts.limits.of(principal) }, runtime.now());
      return undefined;
    },
  };
}
