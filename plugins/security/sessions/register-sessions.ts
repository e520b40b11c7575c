import type { Scope } from '../../../src/index.ts';
import { type Background, runInBackground } from '../background.ts';
import { sessionCommands } from '../commands/session.ts';
import type { LimitsBook } from '../limits-book.ts';
import { session } from '../models/session.ts';
import { sessionEnding } from '../models/session-ending.ts';
import { sessionSlots } from '../models/session-slots.ts';
import { sealedLayer } from '../permissions/layers.ts';
import type { SecuritySettings } from '../settings.ts';
import { leavingGuard } from '../stages/leaving-guard.ts';
import { sessionGuard } from '../stages/session-guard.ts';
import { createSessionBook, type SessionBook } from './session-book.ts';
import { closeExpired, deleteEnded } from './session-jobs.ts';

/** ms between two write-downs of what sessions did. */
const flushEvery = 5_000;

/** All that sessions are made of: models, guards, commands, and the jobs that end and delete them. */
export function registerSessions(
  scope: Scope,
  { settings, limits }: { settings: SecuritySettings['sessions']; limits: LimitsBook },
): void {
  let running: { readonly book: SessionBook; readonly background: Background; stopWatching(): void } | undefined;
  const book = (): SessionBook => {
    if (!running) throw new Error('sessions are used before they have started');
    return running.book;
  };

  for (const model of [session, sessionSlots, sessionEnding]) scope.model(model);
  scope.access(sealedLayer({ models: [sessionSlots] }));
  scope.guard('session', sessionGuard({ book, limits }));
  scope.guard('rate', leavingGuard({ book }));
  scope.command(sessionCommands(settings));
  scope.job({
    name: 'session close',
    schedule: '*/15 * * * *',
    async run(runtime, { signal }) {
      const closed = await closeExpired({ runtime, settings, signal });
      runtime.log.info({ closed }, 'sessions closed');
    },
  });
  scope.job({
    name: 'session clean-up',
    schedule: '41 3 * * *',
    async run(runtime) {
      runtime.log.info({ deleted: await deleteEnded({ runtime, settings }) }, 'old sessions deleted');
    },
  });

  scope.onStart(async runtime => {
    const { log, store } = runtime;
    const started = createSessionBook({ runtime, settings });
    running = {
      book: started,
      background: runInBackground({ what: 'sessions', every: flushEvery, log, work: [started.flush] }),
      stopWatching: store.watch(() => {
        started.dropEndedByHand().catch(thrown => log.error({ err: thrown }, 'ended sessions not noticed yet'));
      }),
    };
  });
  scope.onStop(async () => {
    running?.stopWatching();
    await running?.background.stop();
  });
}
