import type { Runtime, Scope } from '../../../src/index.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Background, runInBackground } from '../background.ts';
import { registerKeyCommands } from '../commands/key.ts';
import { revokeAllCommand } from '../commands/key-revoke-all.ts';
import { rotationCommands } from '../commands/key-rotate.ts';
import type { LimitsBook } from '../limits-book.ts';
import { apiKey } from '../models/api-key.ts';
import { apiKeySecret } from '../models/api-key-secret.ts';
import { apiKeyUsage } from '../models/api-key-usage.ts';
import { keyHandover } from '../models/key-handover.ts';
import { sealedLayer } from '../permissions/layers.ts';
import { ownKeysLayer } from '../permissions/own-keys.ts';
import { handoverRoutes } from '../routes/handover-routes.ts';
import type { SecuritySettings } from '../settings.ts';
import { keyGuard } from '../stages/key-guard.ts';
import { revokeKeyTool } from '../tools/revoke-key.ts';
import { createKeyRing, type KeyRing } from './key-ring.ts';
import { registerLockouts } from './register-lockouts.ts';
import { dropOldHandovers, rotateExpiring } from './rotation/rotation-job.ts';
import { createKeyUsage, type KeyUsage } from './usage.ts';

/** What runs while the server does; made at start, because it needs the store. */
interface Running {
  readonly runtime: Runtime;
  readonly ring: KeyRing;
  readonly usage: KeyUsage;
  readonly background: Background;
  stopWatching(): void;
}

/** ms between two write-downs of usage. */
const flushEvery = 5_000;
/** A change of these decides about credentials; this instance does not wait to be told of it. */
const decidesOnCallers: ReadonlySet<string> = new Set(['base.user', 'base.group', 'security.api-key']);

/** All that API keys are made of: models, guard, tool, commands, lock-outs, rotation, and the count of their use. */
export function registerKeys(
  scope: Scope,
  parts: { settings: SecuritySettings; limits: LimitsBook; audit: () => AuditLog },
): void {
  const { settings, limits, audit } = parts;
  let running: Running | undefined;
  const started = (): Running => {
    if (!running) throw new Error('API keys are used before they have started');
    return running;
  };
  const attempts = registerLockouts(scope, settings.lockout);

  for (const model of [apiKey, apiKeySecret, apiKeyUsage, keyHandover]) scope.model(model);
  scope.access(sealedLayer({ models: [apiKeySecret, keyHandover] }));
  scope.access(ownKeysLayer);
  scope.guard('authenticate', keyGuard({ ring: () => started().ring, limits }));
  scope.tool(revokeKeyTool(() => started().runtime));
  for (const route of handoverRoutes) scope.route(route);
  scope.command(registerKeyCommands);
  scope.command(rotationCommands(settings.rotation));
  scope.command(revokeAllCommand(audit));
  scope.job({
    name: 'key rotation',
    schedule: '23 4 * * *',
    async run(runtime, { signal }) {
      const done = await rotateExpiring({ runtime, settings: settings.rotation, signal });
      await dropOldHandovers(runtime);
      runtime.log.info(done, 'keys about to expire seen to');
    },
  });

  scope.onStart(async runtime => {
    const ring = createKeyRing({ runtime, attempts: attempts() });
    const usage = createKeyUsage(runtime);
    const { log, store } = runtime;
    running = {
      runtime,
      ring,
      usage,
      background: runInBackground({ what: 'usage of keys', every: flushEvery, log, work: [usage.flush] }),
      stopWatching: store.watch(ring.expire),
    };
  });
  scope.on('policy.changed', () => running?.ring.expire());
  scope.on('record.changed', ({ model }) => {
    if (decidesOnCallers.has(model)) running?.ring.expire();
  });
  scope.on('call.finished', ({ call }) => running?.usage.finished(call));
  scope.onStop(async () => {
    running?.stopWatching();
    await running?.background.stop();
  });
}
