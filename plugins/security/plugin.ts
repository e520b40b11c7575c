import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import { definePlugin, type Runtime, requireAddressList } from '../../src/index.ts';
import { createRefresher, type Refresher } from '../base/plugin.ts';
import { securityPolicies } from './access.ts';
import { registerAlerts } from './alerts/register-alerts.ts';
import { type AuditLog, auditSink, createAuditLog } from './audit/audit-log.ts';
import { registerAuditMetrics } from './audit/audit-metrics.ts';
import { headMailJob } from './audit/head-mail.ts';
import { retireOld } from './audit/retention.ts';
import { signerOf } from './audit/signing-key.ts';
import { type Background, runInBackground } from './background.ts';
import { auditCommands } from './commands/audit.ts';
import { registerKeyCommands } from './commands/key.ts';
import { revokeAllCommand } from './commands/key-revoke-all.ts';
import { rotationCommands } from './commands/key-rotate.ts';
import { registerPermissionCommands } from './commands/permission.ts';
import { sessionCommands } from './commands/session.ts';
import { createKeyRing, type KeyRing } from './keys/key-ring.ts';
import { registerLockouts } from './keys/register-lockouts.ts';
import { dropOldHandovers, rotateExpiring } from './keys/rotation/rotation-job.ts';
import { createKeyUsage, type KeyUsage } from './keys/usage.ts';
import { createLimitsBook } from './limits-book.ts';
import { apiKey } from './models/api-key.ts';
import { apiKeySecret } from './models/api-key-secret.ts';
import { apiKeyUsage } from './models/api-key-usage.ts';
import { auditEntry } from './models/audit-entry.ts';
import { auditHead } from './models/audit-head.ts';
import { auditTip } from './models/audit-tip.ts';
import { fieldRule } from './models/field-rule.ts';
import { keyHandover } from './models/key-handover.ts';
import { permission } from './models/permission.ts';
import { session } from './models/session.ts';
import { sessionEnding } from './models/session-ending.ts';
import { sessionSlots } from './models/session-slots.ts';
import { fieldRuleLayer, permissionLayer, sealedLayer } from './permissions/layers.ts';
import { ownKeysLayer } from './permissions/own-keys.ts';
import { createPermissionDirectory, type PermissionDirectory } from './permissions/permission-directory.ts';
import { registerRates } from './rate/register-rates.ts';
import { handoverRoutes } from './routes/handover-routes.ts';
import { createSessionBook, type SessionBook } from './sessions/session-book.ts';
import { closeExpired, deleteEnded } from './sessions/session-jobs.ts';
import { type SecuritySettings, settings } from './settings.ts';
import { fieldsGuard } from './stages/fields-guard.ts';
import { keyGuard } from './stages/key-guard.ts';
import { leavingGuard } from './stages/leaving-guard.ts';
import { modelGuard } from './stages/model-guard.ts';
import { credentialNetworkGuard, globalNetworkGuard, hoursGuard } from './stages/network-guards.ts';
import { permissionGuard } from './stages/permission-guard.ts';
import { rateGuard, rateHeadersGuard } from './stages/rate-guard.ts';
import { redactGuard } from './stages/redact-guard.ts';
import { scopeGuard } from './stages/scope-guard.ts';
import { sessionGuard } from './stages/session-guard.ts';
import { revokeKeyTool } from './tools/revoke-key.ts';
import { registerVolume } from './volume/register-volume.ts';

export { type CreatedKey, createKey, type NewKey } from './keys/create-key.ts';
export { sealedLayer } from './permissions/layers.ts';

/** What runs while the server does; made at start, because it needs the store. */
interface Running {
  readonly runtime: Runtime;
  readonly ring: KeyRing;
  readonly usage: KeyUsage;
  readonly book: SessionBook;
  readonly audit: AuditLog;
  readonly directory: PermissionDirectory;
  readonly refresher: Refresher;
  readonly background: Background;
  readonly noting: Background;
  stopWatching(): void;
}

/** ms between two write-downs of usage and session activity, and between two tries to read permissions. */
const flushEvery = 5_000;
/** ms between two looks at how far the log has come. */
const noteEvery = 1_000;
/** ms between two batches of old entries that are deleted: calls come first. */
const retentionPause = 10;
const retryAfter = 500;
/** A change of these decides about credentials; this instance does not wait to be told of it. */
const decidesOnCallers: ReadonlySet<string> = new Set(['base.user', 'base.group', 'security.api-key']);

/** The guards of the gate: keys, sessions, addresses, rates, scopes, models, permissions, fields, and the log. */
export default definePlugin({
  name: 'security',
  version: '1.0.0',
  kernel: '^1',
  depends: ['base'],
  settings,
  setup(scope, own: SecuritySettings) {
    let running: Running | undefined;
    const started = (): Running => {
      if (!running) throw new Error('the security plugin is used before it has started');
      return running;
    };
    const limits = createLimitsBook();
    const rates = registerRates(scope, own.rate);
    const signer = signerOf(own.audit.signingKey, process.env);
    const directory = () => running?.directory;

    for (const model of [apiKey, apiKeySecret, apiKeyUsage, session, sessionSlots, permission, fieldRule]) {
      scope.model(model);
    }
    scope.model(keyHandover);
    scope.model(sessionEnding);
    for (const route of handoverRoutes) scope.route(route);
    for (const model of [auditEntry, auditHead, auditTip]) scope.model(model);
    registerAlerts(scope, own.alerts);
    scope.policies(securityPolicies);
    scope.access(sealedLayer({ models: [apiKeySecret, keyHandover, sessionSlots, auditTip] }));
    const attempts = registerLockouts(scope, own.lockout);
    scope.access(ownKeysLayer);
    scope.access(permissionLayer(directory));
    scope.access(fieldRuleLayer(directory));

    scope.guard(
      'admit',
      globalNetworkGuard({ allow: requireAddressList(own.network.allow), deny: requireAddressList(own.network.deny) }),
    );
    scope.guard('authenticate', keyGuard({ ring: () => started().ring, limits }));
    scope.guard('session', rateHeadersGuard({ rates, limits }));
    scope.guard('session', sessionGuard({ book: () => started().book, limits }));
    scope.guard('network', credentialNetworkGuard(limits));
    scope.guard('network', hoursGuard(limits));
    scope.guard('rate', rateGuard({ rates, limits }));
    scope.guard('rate', leavingGuard({ book: () => started().book }));
    scope.guard('scope', scopeGuard);
    scope.guard('model', modelGuard);
    scope.guard('permission', permissionGuard);
    scope.guard('fields', fieldsGuard);
    scope.guard('redact', redactGuard);
    registerVolume(scope, { settings: own.volume, limits });
    scope.audit(auditSink(() => running?.audit));
    scope.tool(revokeKeyTool(() => started().runtime));

    scope.job({
      name: 'audit clean-up',
      schedule: '17 3 * * *',
      async run(runtime, { signal }) {
        const { audit: log } = started();
        const days = own.audit.retentionDays;
        const pause = () => wait(retentionPause);
        const entries = await retireOld({ runtime, signer, log, days, signal, pause });
        runtime.log.info({ entries, days }, 'old audit entries deleted');
      },
    });
    const { headMail } = own.audit;
    if (headMail.length > 0) scope.job(headMailJob({ to: headMail, log: () => started().audit }));
    for (const register of [
      registerKeyCommands,
      rotationCommands(own.rotation),
      revokeAllCommand(() => started().audit),
      registerPermissionCommands,
      sessionCommands(own.sessions),
      auditCommands({ signer }),
    ]) {
      scope.command(register);
    }

    scope.job({
      name: 'session close',
      schedule: '*/15 * * * *',
      async run(runtime, { signal }) {
        const closed = await closeExpired({ runtime, settings: own.sessions, signal });
        runtime.log.info({ closed }, 'sessions closed');
      },
    });
    scope.job({
      name: 'session clean-up',
      schedule: '41 3 * * *',
      async run(runtime) {
        runtime.log.info({ deleted: await deleteEnded({ runtime, settings: own.sessions }) }, 'old sessions deleted');
      },
    });
    scope.job({
      name: 'key rotation',
      schedule: '23 4 * * *',
      async run(runtime, { signal }) {
        const done = await rotateExpiring({ runtime, settings: own.rotation, signal });
        await dropOldHandovers(runtime);
        runtime.log.info(done, 'keys about to expire seen to');
      },
    });

    scope.onStart(async runtime => {
      const ring = createKeyRing({ runtime, attempts: attempts() });
      const usage = createKeyUsage(runtime);
      const book = createSessionBook({ runtime, settings: own.sessions });
      const { onGroup } = registerAuditMetrics({
        metrics: runtime.metrics,
        waiting: () => running?.audit.waiting() ?? 0,
      });
      const audit = createAuditLog({ runtime, signer, onGroup });
      const permissions = createPermissionDirectory(runtime);
      await permissions.sync();
      const refresher = createRefresher({
        what: 'permissions and field rules',
        log: runtime.log,
        wait: () => wait(retryAfter),
        async run() {
          if (!(await permissions.sync())) return;
          runtime.policy.invalidate();
          runtime.emit('policy.changed', {});
        },
      });
      running = {
        runtime,
        ring,
        usage,
        book,
        audit,
        directory: permissions,
        refresher,
        background: runInBackground({
          what: 'usage and sessions',
          every: flushEvery,
          log: runtime.log,
          work: [usage.flush, book.flush],
        }),
        noting: runInBackground({ what: 'audit tip', every: noteEvery, log: runtime.log, work: [audit.note] }),
        stopWatching: runtime.store.watch(() => {
          ring.expire();
          refresher.notice();
          book.dropEndedByHand().catch(thrown => runtime.log.error({ err: thrown }, 'ended sessions not noticed yet'));
        }),
      };
      // For what was written after it was read and before it was watched.
      refresher.notice();
    });
    scope.on('policy.changed', () => running?.ring.expire());
    scope.on('call.finished', ({ call }) => running?.usage.finished(call));
    scope.on('record.changed', ({ model }) => {
      if (decidesOnCallers.has(model)) running?.ring.expire();
    });
    scope.onStop(async () => {
      running?.stopWatching();
      await running?.refresher.stop();
      await running?.background.stop();
      await running?.noting.stop();
      await running?.audit.close();
    });
  },
});

declare module '../../src/index.ts' {
  interface PluginSettings {
    security?: z.input<typeof settings>;
  }
}
