import { type Call, type Guard, isAddressAllowed } from '../../../src/index.ts';
import type { LimitsBook } from '../limits-book.ts';
import type { Entering, SessionBook } from '../sessions/session-book.ts';

/** The session that a call belongs to, within idle time, age and number. */
export function sessionGuard(parts: {
  readonly book: () => SessionBook;
  readonly limits: LimitsBook;
}): Guard<'session'> {
  /** undefined: no session is begun or looked for. */
  function entering(call: Call, now: number): Entering | undefined {
    const { principal } = call;
    if (!principal) return undefined;
    const limits = parts.limits.of(principal);
    // Refused two stages on: a stolen key used from elsewhere must not take up the sessions of its owner.
    const isLetIn = isAddressAllowed(call.address, limits) && (limits.hours?.includes(now) ?? true);
    return isLetIn ? { call, principal, limits } : undefined;
  }

  return {
    name: 'session',
    check(call, runtime) {
      const input = entering(call, runtime.now());
      return input && parts.book().enter(input);
    },
    async trial(call, runtime) {
      const now = runtime.now();
      const input = entering(call, now);
      if (input) await parts.book().look(input, now);
      return undefined;
    },
  };
}
