import { type AddressList, type Guard, isAddressAllowed } from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';
import type { LimitsBook } from '../limits-book.ts';

/** The settings' address lists, before anything is known about the caller. */
export function globalNetworkGuard(lists: { allow: AddressList; deny: AddressList }): Guard<'admit'> {
  return {
    name: 'address lists',
    trial: 'check',
    check({ address }) {
      if (isAddressAllowed(address, lists)) return;
      throw securityErrors.ADDRESS_NOT_ALLOWED({ detail: `${address} is not let in by the settings` });
    },
  };
}

/** The credential's own address lists. */
export function credentialNetworkGuard(limits: LimitsBook): Guard<'network'> {
  return {
    name: "credential's address lists",
    trial: 'check',
    check({ address, principal }) {
      if (isAddressAllowed(address, limits.of(principal))) return;
      throw securityErrors.ADDRESS_NOT_ALLOWED({
        message: 'This credential may not be used from this address.',
        detail: `${address} is not let in by the credential`,
      });
    },
  };
}

/** The hours at which the credential may be used. */
export function hoursGuard(limits: LimitsBook): Guard<'network'> {
  return {
    name: 'allowed hours',
    trial: 'check',
    check({ principal }, runtime) {
      const { hours } = limits.of(principal);
      if (!hours || hours.includes(runtime.now())) return;
      throw securityErrors.OUTSIDE_HOURS({
        message: `This credential may only be used ${hours.text} (${principal?.user.timeZone}).`,
      });
    },
  };
}
