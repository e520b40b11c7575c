import { requireAddressList, type Scope } from '../../../src/index.ts';
import type { LimitsBook } from '../limits-book.ts';
import type { SecuritySettings } from '../settings.ts';
import { credentialNetworkGuard, globalNetworkGuard, hoursGuard } from './network-guards.ts';

/** From where, and when, calls are let in: by the settings, then by each credential's own limits. */
export function registerNetwork(
  scope: Scope,
  { settings, limits }: { settings: SecuritySettings['network']; limits: LimitsBook },
): void {
  const [allow, deny] = [requireAddressList(settings.allow), requireAddressList(settings.deny)];
  scope.guard('admit', globalNetworkGuard({ allow, deny }));
  scope.guard('network', credentialNetworkGuard(limits));
  scope.guard('network', hoursGuard(limits));
}
