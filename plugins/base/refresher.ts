import type { Logger } from 'pino';

/** Runs one piece of work after every notice, never twice at once, until it succeeds. */
export interface Refresher {
  /** Something changed. Notices that come while the work runs lead to one more run. */
  notice(): void;
  /** Resolves once no run is under way or due. */
  settled(): Promise<void>;
  /** No further run begins. Resolves when the last one has ended. */
  stop(): Promise<void>;
}

/** `wait` passes the time before another try after a failure; 500 ms. */
export function createRefresher(parts: {
  readonly what: string;
  readonly run: () => Promise<void>;
  readonly log: Logger;
  readonly wait: () => Promise<void>;
}): Refresher {
  let isDue = false;
  let isStopped = false;
  let running: Promise<void> | undefined;

  async function work(): Promise<void> {
    while (isDue && !isStopped) {
      isDue = false;
      try {
        await parts.run();
      } catch (thrown) {
        parts.log.error({ err: thrown, what: parts.what }, 'not refreshed; trying again');
        isDue = true;
        await parts.wait();
      }
    }
    running = undefined;
  }

  return {
    notice() {
      isDue = true;
      running ??= work();
    },
    settled: () => running ?? Promise.resolve(),
    stop() {
      isStopped = true;
      return running ?? Promise.resolve();
    },
  };
}
