import type { z } from 'zod';
import { definePlugin } from '../../src/index.ts';
import { securityPolicies } from './access.ts';
import { registerAlerts } from './alerts/register-alerts.ts';
import { registerAudit } from './audit/register-audit.ts';
import { registerKeys } from './keys/register-keys.ts';
import { createLimitsBook } from './limits-book.ts';
import { registerRights } from './permissions/register-rights.ts';
import { registerRates } from './rate/register-rates.ts';
import { registerSessions } from './sessions/register-sessions.ts';
import { type SecuritySettings, settings } from './settings.ts';
import { registerNetwork } from './stages/register-network.ts';
import { registerVolume } from './volume/register-volume.ts';

export { type CreatedKey, createKey, type NewKey } from './keys/create-key.ts';
export { sealedLayer } from './permissions/layers.ts';
export { credentialInUrl } from './stages/credential-in-url.ts';

/** The guards of the gate: keys, sessions, addresses, rates, scopes, models, permissions, fields, and the log. */
export default definePlugin({
  name: 'security',
  version: '1.0.0',
  kernel: '^1',
  depends: ['base'],
  settings,
  setup(scope, own: SecuritySettings) {
    const limits = createLimitsBook();

    scope.policies(securityPolicies);
    // What is registered first is closed last: the log outlives what may still have something to write into it.
    const audit = registerAudit(scope, own.audit);
    registerAlerts(scope, own.alerts);
    // As calls come by them: within a stage, guards run in this order.
    registerNetwork(scope, { settings: own.network, limits });
    registerKeys(scope, { settings: own, limits, audit });
    registerRates(scope, { settings: own.rate, limits });
    registerSessions(scope, { settings: own.sessions, limits });
    registerRights(scope);
    registerVolume(scope, { settings: own.volume, limits });
  },
});

declare module '../../src/index.ts' {
  interface PluginSettings {
    security?: z.input<typeof settings>;
  }
}
