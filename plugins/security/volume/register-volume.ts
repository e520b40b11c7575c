import type { Scope } from '../../../src/index.ts';
import { type Background, runInBackground } from '../background.ts';
import type { LimitsBook } from '../limits-book.ts';
import { volumeUse } from '../models/volume-use.ts';
import type { SecuritySettings } from '../settings.ts';
import { volumeCountGuard, volumeGuard } from '../stages/volume-guards.ts';
import { createVolumeBook, dayOf, type VolumeBook } from './volume-book.ts';
import { createVolumeLedger } from './volume-ledger.ts';

/** ms between two times that what is put aside and not used goes back. */
const flushEvery = 5_000;
/** Days for which it is kept how many records were read. */
const keepDays = 90;

/** Quotas of records a day: model, guards, and the work beside the calls. */
export function registerVolume(
  scope: Scope,
  { settings, limits }: { settings: SecuritySettings['volume']; limits: LimitsBook },
): void {
  let running: { readonly book: VolumeBook; readonly background: Background } | undefined;
  const book = (): VolumeBook => {
    if (!running) throw new Error('volume quotas are used before they have started');
    return running.book;
  };

  scope.model(volumeUse);
  scope.guard('scope', volumeGuard({ book, limits, settings }));
  scope.guard('redact', volumeCountGuard({ book, limits, settings }));
  scope.job({
    name: 'volume clean-up',
    schedule: '53 3 * * *',
    run: runtime => createVolumeLedger(runtime).forget(dayOf(runtime.now() - keepDays * 86_400_000)),
  });
  scope.onStart(async runtime => {
    const { log } = runtime;
    const started = createVolumeBook({ ledger: createVolumeLedger(runtime), now: runtime.now });
    const background = runInBackground({ what: 'volume quotas', every: flushEvery, log, work: [started.flush] });
    running = { book: started, background };
  });
  scope.onStop(async runtime => {
    await running?.background.stop();
    await running?.book.close().catch(thrown => runtime.log.error({ err: thrown }, 'volume not given back'));
  });
}
