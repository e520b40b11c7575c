import { LRUCache } from 'lru-cache';
import { createSlidingWindow, type SlidingWindow } from '../rate/sliding-window.ts';

/*
 *   occurrence ──► of a subject that is told of ────────────────────────────────► told: subject, 1
 *        │ no
 *        ├──► while there are too many subjects ────────────────────────────────► told: many, 1
 *        ├──► its window reaches the threshold ──► room for one more subject ───► told: subject, all in the window
 *        │                                    └──► no room ─────────────────────► told: many, all in the window
 *        ├──► all untold ones together reach ten times the threshold ───────────► told: many, all of them
 *        └──► otherwise it waits in its window
 */

/** What an alert is to be told of. `subject` undefined: of too many to name each. */
export interface Told {
  readonly subject: string | undefined;
  readonly count: number;
}

/** Decides from when on occurrences make an alert. Each occurrence is told of once at most. */
export interface Thresholds {
  /** `time`: ms since the epoch. undefined: not yet. */
  note(occurrence: { subject: string; time: number }): Told | undefined;
}

/** Subjects that are counted without having reached the threshold. Who pushes others out makes `many` instead. */
const maxWaiting = 5_000;
const spreadFactor = 10;

/** `window`: ms. Once a subject is told of, each further occurrence is, until none has come for a window. */
export function createThresholds(parts: {
  readonly threshold: number;
  readonly window: number;
  readonly maxSubjects: number;
}): Thresholds {
  const { threshold, window, maxSubjects } = parts;
  const told = new Map<string, number>();
  const waiting = new LRUCache<string, SlidingWindow>({ max: maxWaiting });
  let manyAt = Number.NEGATIVE_INFINITY;
  let untold = { since: 0, count: 0 };

  function isRecent(at: number | undefined, time: number): at is number {
    return at !== undefined && Math.abs(time - at) <= window;
  }

  function hasRoom(time: number): boolean {
    if (told.size < maxSubjects) return true;
    for (const [subject, at] of told) if (!isRecent(at, time)) told.delete(subject);
    return told.size < maxSubjects;
  }

  function tellMany(time: number, count: number): Told {
    manyAt = time;
    return { subject: undefined, count };
  }

  return {
    note({ subject, time }) {
      if (isRecent(told.get(subject), time)) {
        told.set(subject, time);
        return { subject, count: 1 };
      }
      if (isRecent(manyAt, time)) return tellMany(time, 1);
      if (!isRecent(untold.since, time)) untold = { since: time, count: 0 };
      untold.count += 1;
      const own = waiting.get(subject) ?? createSlidingWindow(window);
      own.hit(time);
      const count = own.count(time);
      if (count >= threshold) {
        waiting.delete(subject);
        untold.count = Math.max(0, untold.count - count);
        if (!hasRoom(time)) return tellMany(time, count);
        told.set(subject, time);
        return { subject, count };
      }
      waiting.set(subject, own);
      if (untold.count < threshold * spreadFactor) return undefined;
      // What waited is told of now, and must not be a second time.
      waiting.clear();
      const { count: all } = untold;
      untold = { since: time, count: 0 };
      return tellMany(time, all);
    },
  };
}
