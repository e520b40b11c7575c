import type { Logger } from 'pino';

/** Work that is done now and then, beside the calls. */
export interface Background {
  /** Does it a last time. Resolves when that is done. */
  stop(): Promise<void>;
}

/** Runs `work` every so many ms, never twice at once. A failure is logged, and the next time comes all the same. */
export function runInBackground(parts: {
  /** What is written down, for the log. */
  readonly what: string;
  readonly every: number;
  readonly log: Logger;
  readonly work: readonly (() => Promise<void>)[];
}): Background {
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    for (const work of parts.work) {
      await work().catch(thrown => parts.log.error({ err: thrown, what: parts.what }, 'not written down yet'));
    }
    running = undefined;
  }

  const timer = setInterval(() => {
    running ??= run();
  }, parts.every);
  timer.unref();

  return {
    async stop() {
      clearInterval(timer);
      await running;
      await run();
    },
  };
}
