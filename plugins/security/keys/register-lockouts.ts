import type { Scope } from '../../../src/index.ts';
import { type Background, runInBackground } from '../background.ts';
import { failedAttempts } from '../models/failed-attempts.ts';
import { sealedLayer } from '../permissions/layers.ts';
import type { SecuritySettings } from '../settings.ts';
import { type Attempts, createAttempts } from './attempts.ts';
import { forgetAttempts, shareAttempts } from './share-attempts.ts';

/** ms between two looks at what other instances know: a lock-out holds everywhere within a second. */
const shareEvery = 400;

/** All that lock-outs are made of. Answers with the attempts of this instance, which are there once it has started. */
export function registerLockouts(scope: Scope, settings: SecuritySettings['lockout']): () => Attempts {
  const memory = settings.minutes * 60_000;
  let attempts: Attempts | undefined;
  let sharing: Background | undefined;

  scope.model(failedAttempts);
  scope.access(sealedLayer({ models: [failedAttempts] }));
  scope.job({
    name: 'failed attempts',
    schedule: '*/15 * * * *',
    async run(runtime) {
      runtime.log.debug({ deleted: await forgetAttempts({ runtime, memory }) }, 'forgotten attempts deleted');
    },
  });
  scope.onStart(async runtime => {
    attempts = createAttempts({ now: runtime.now, settings });
    const shared = shareAttempts({ runtime, attempts, memory });
    await shared.load();
    const { log } = runtime;
    sharing = runInBackground({ what: 'failed attempts', every: shareEvery, log, work: [shared.exchange] });
  });
  scope.onStop(async () => sharing?.stop());

  return () => {
    if (!attempts) throw new Error('failed attempts are counted before the security plugin has started');
    return attempts;
  };
}
