import type { Scope } from '../../../src/index.ts';
import type { LimitsBook } from '../limits-book.ts';
import { rateInstance } from '../models/rate-instance.ts';
import { rateShare } from '../models/rate-share.ts';
import { sealedLayer } from '../permissions/layers.ts';
import type { SecuritySettings } from '../settings.ts';
import { rateGuard, rateHeadersGuard } from '../stages/rate-guard.ts';
import { createInstanceWatch } from './instance-watch.ts';
import { keepSharing } from './keep-sharing.ts';
import { createRateLimits } from './rate-limits.ts';
import { createShareKeeper, type ShareKeeper } from './share-keeper.ts';
import { createShareLedger } from './share-ledger.ts';

/** Rate limits: models, guards, and what keeps them together on several instances. */
export function registerRates(
  scope: Scope,
  { settings, limits }: { settings: SecuritySettings['rate']; limits: LimitsBook },
): void {
  let keeper: ShareKeeper | undefined;
  const rates = createRateLimits({ settings, keeper: () => keeper });

  for (const model of [rateShare, rateInstance]) scope.model(model);
  scope.access(sealedLayer({ models: [rateShare, rateInstance] }));
  scope.guard('session', rateHeadersGuard({ rates, limits }));
  scope.guard('rate', rateGuard({ rates, limits }));
  scope.job({
    name: 'rate counters',
    schedule: '*/5 * * * *',
    everyInstance: true,
    async run(runtime) {
      runtime.log.debug({ dropped: await rates.sweep(runtime.now()) }, 'idle rate counters dropped');
    },
  });
  if (!settings.shared) return;
  scope.worker((runtime, clock) => {
    const started = createShareKeeper({
      ledger: createShareLedger(runtime),
      watch: createInstanceWatch({ runtime, clock }),
      clock,
      slack: settings.slack,
      onFailure: thrown => runtime.log.error({ err: thrown }, 'shares of rate limits not agreed on yet'),
    });
    keeper = started;
    return keepSharing({ keeper: started, log: runtime.log, clock });
  });
}
