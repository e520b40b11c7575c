import { derivedId } from '../../../src/index.ts';
import { createSlidingWindow, type SlidingWindow } from './sliding-window.ts';

/** One limit of one caller as this instance counts it. */
export interface Counter {
  /** Of the row that its shares are in. */
  readonly id: string;
  readonly window: SlidingWindow;
  readonly lease: Lease;
}

/** What this instance has agreed with the others. Changed by the keeper of shares alone. */
export interface Lease {
  /** The limit that it was agreed for; undefined: nothing is agreed yet. */
  limit: number | undefined;
  /** Calls within 60 s that it may admit. Raised only by what is written down for sure. */
  share: number;
  /** Shares of the others, when last seen. */
  others: number;
  /** It admits no more while others ask. */
  cap: number;
  /** When others will have something free, as they have told; ms since the epoch. */
  freeAt: number | undefined;
  /** Until then nobody is asked again; ticks, ms. */
  hopelessUntil: number;
  /** Calls that wait for an answer now. */
  waiting: number;
  /** When a call last found no room; ticks, ms. */
  shortAt: number;
  /** What changes it, one at a time. */
  changing: Promise<void> | undefined;
  /** What all calls that find no room wait for. */
  asking: Promise<void> | undefined;
  /** To be told of a change. */
  readonly wakers: Set<() => void>;
  /** Never negotiated: what the row says is of a counter that was forgotten. */
  isFresh: boolean;
}

const windowLength = 60_000;

export function createCounter(key: string): Counter {
  return {
    id: derivedId(key),
    window: createSlidingWindow(windowLength),
    lease: {
      limit: undefined,
      share: 0,
      others: 0,
      cap: Number.POSITIVE_INFINITY,
      freeAt: undefined,
      hopelessUntil: Number.NEGATIVE_INFINITY,
      waiting: 0,
      shortAt: Number.NEGATIVE_INFINITY,
      changing: undefined,
      asking: undefined,
      wakers: new Set(),
      isFresh: true,
    },
  };
}
