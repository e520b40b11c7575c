/** Time, injected, so that what waits for it can be tested without waiting. */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** ms that only ever grow, with fractions: for durations. */
  ticks(): number;
  /** Calls back once, after `ms`; returns how to call it off. Does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
}

/** The clock of this machine, or its timers with another idea of what time it is. */
export function machineClock({ now = Date.now }: { now?: () => number } = {}): Clock {
  return {
    now,
    ticks: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** A moment, in ms since the epoch, as it is stored and shown: ISO 8601 in UTC, such as `2026-01-31T09:30:00.000Z`. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
