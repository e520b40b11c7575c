import type { Clock } from '../../src/clock.ts';

/** A clock that stands until it is moved. */
export interface FakeClock extends Clock {
  /** Moves on by `ms`. What becomes due on the way runs at its time, one after the other, each followed by `settled`. */
  advance(ms: number): Promise<void>;
  /** Moves on as while the machine sleeps: what has become due meanwhile runs at the end. */
  sleep(ms: number): Promise<void>;
  /** A clock of the same time whose timers can be lost: those of a process that dies. */
  process(): Clock & { kill(): void };
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** `settled` resolves when nothing is under way any more. */
export function fakeClock(input: { start: string; settled: () => Promise<void> }): FakeClock {
  let time = Date.parse(input.start);
  const timers = new Set<Timer>();

  function after(ms: number, run: () => void): () => void {
    const timer = { at: time + ms, run };
    timers.add(timer);
    return () => timers.delete(timer);
  }

  const clock: Clock = { now: () => time, ticks: () => time, after };
  async function advance(ms: number): Promise<void> {
    const end = time + ms;
    await input.settled();
    for (;;) {
      const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      timers.delete(next);
      time = Math.max(time, next.at);
      // What is due at the same moment happens at the same moment.
      const together = [...timers].filter(({ at }) => at <= time);
      for (const timer of [next, ...together]) {
        timers.delete(timer);
        timer.run();
      }
      await input.settled();
    }
    time = end;
  }

  return {
    ...clock,
    advance,
    async sleep(ms) {
      time += ms;
      await advance(0);
    },
    process() {
      let isAlive = true;
      return {
        ...clock,
        after: (ms, run) => after(ms, () => isAlive && run()),
        kill() {
          isAlive = false;
        },
      };
    },
  };
}

/** A clock for tests in which nothing has to settle: what they wait for, they wait for themselves. */
export function standingClock(start = '2026-11-23T12:00:00.000Z'): FakeClock {
  return fakeClock({ start, settled: async () => {} });
}
