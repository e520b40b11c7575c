import type { Principal } from '../../src/index.ts';
import { type CredentialLimits, noLimits } from './keys/key-limits.ts';

/** What each caller's credential is limited by; kept as long as the principal is. */
export interface LimitsBook {
  of(principal: Principal | undefined): CredentialLimits;
  note(principal: Principal, limits: CredentialLimits): void;
}

export function createLimitsBook(): LimitsBook {
  const limits = new WeakMap<Principal, CredentialLimits>();
  const none = noLimits();
  return {
    of: principal => (principal && limits.get(principal)) ?? none,
    note: (principal, own) => limits.set(principal, own),
  };
}
