import type { Logger } from 'pino';
import type { Clock, Worker } from '../../../src/index.ts';
import { answerEvery, type ShareKeeper } from './share-keeper.ts';

/** ms between two times that an instance says it lives. */
const renewEvery = 2_000;

/** Answers others and says that it lives, each again and again, until it is stopped; then gives everything back. */
export function keepSharing({ keeper, log, clock }: { keeper: ShareKeeper; log: Logger; clock: Clock }): Worker {
  const loops = [
    repeat({ every: answerEvery, run: keeper.answer, log, clock }),
    repeat({ every: renewEvery, run: keeper.renew, log, clock }),
  ];
  return {
    async stop() {
      for (const end of loops) await end();
      await keeper.leave().catch(thrown => log.error({ err: thrown }, 'shares of rate limits not given back'));
    },
  };
}

/** Runs again and again, never twice at once; the first of failures in a row is logged. Returns how to end it. */
function repeat(parts: { every: number; run: () => Promise<void>; log: Logger; clock: Clock }): () => Promise<void> {
  const { every, run, log, clock } = parts;
  let running: Promise<void> | undefined;
  let isFailing = false;
  let callOff = clock.after(every, next);

  function next(): void {
    running = run()
      .then(() => {
        isFailing = false;
      })
      .catch(thrown => {
        if (!isFailing) log.error({ err: thrown }, 'shares of rate limits not looked at');
        isFailing = true;
      })
      .then(() => {
        callOff = clock.after(every, next);
      });
  }

  return async () => {
    callOff();
    await running;
    callOff();
  };
}
