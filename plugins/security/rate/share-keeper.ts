import type { Clock } from '../../../src/index.ts';
import { createAgreement } from './agree-on-share.ts';
import { giveBack } from './give-back.ts';
import type { InstanceWatch } from './instance-watch.ts';
import type { ShareLedger } from './share-ledger.ts';
import type { Counter } from './shared-counter.ts';

/*
 *   call ──► room within the share? ──yes──► counted, at once
 *              │ no                             │ the share is nearly used up
 *              ▼                                ▼
 *            row ──► negotiate ──► replaced if nobody else has in between      (beside the calls)
 *              │ nothing left: ask, and wait for a tick of the others
 *              ▼
 *            refused
 *
 *   every 500 ms: rows in which somebody asks ──► negotiate ──► give back what is not used
 */

/** Keeps this instance's shares of limits that several instances have together. */
export interface ShareKeeper {
  /** Calls that this instance may have in its window now. */
  room(counter: Counter, limit: number): number;
  /**
   * For a call that finds no room: tries to get more, and resolves when that is over. undefined: there is none to be
   * had at present. Throws STORE_UNAVAILABLE: no instance admits what it cannot agree on.
   */
  more(counter: Counter, limit: number): Promise<void> | undefined;
  /** Calls that it could have in its window without any other giving something back. */
  reach(counter: Counter, limit: number): number;
  /** When something becomes free here or elsewhere, as far as all have told; ms since the epoch. */
  freeAt(counter: Counter): number | undefined;
  /** ms since the epoch. */
  now(): number;
  /** A call was counted: gets more beside the calls before the share is used up. */
  counted(counter: Counter, limit: number): void;
  /** Gives back what these have not used. True for those that hold nothing any more. */
  release(counters: readonly Counter[]): Promise<boolean[]>;
  /** Forgets a counter, and gives back what it has not used beside the calls. */
  drop(counter: Counter): void;
  /** Looks at what others ask for, and gives back what is not used. */
  answer(): Promise<void>;
  /** Says that this instance lives, and looks for those that do no more. */
  renew(): Promise<void>;
  /** Gives back everything that is not used. */
  leave(): Promise<void>;
}

/** ms between two looks at what others ask for. */
export const answerEvery = 500;
/** ms that a call waits for others to give back at most. */
const patience = 2 * answerEvery;
/** ms for which nobody is asked again, at most. */
const hopelessFor = 5_000;
export function createShareKeeper(parts: {
  readonly ledger: ShareLedger;
  readonly watch: InstanceWatch;
  readonly clock: Clock;
  readonly slack: number;
  /** Something failed beside the calls. */
  readonly onFailure: (thrown: unknown) => void;
}): ShareKeeper {
  const { ledger, watch, clock, slack, onFailure } = parts;
  const held = new Map<string, Counter>();
  const capped = new Set<Counter>();
  const { agree, renew } = createAgreement({ ledger, watch, clock, slack, held, capped });

  function room({ lease }: Counter, limit: number): number {
    if (lease.limit !== limit || !watch.isSure()) return 0;
    return Math.min(limit, lease.share, lease.cap);
  }

  function isFull(counter: Counter, limit: number): boolean {
    return counter.window.count(clock.now()) >= room(counter, limit);
  }

  /** Runs after whatever changes the counter now. */
  async function change(counter: Counter, run: () => Promise<unknown>): Promise<void> {
    const { lease } = counter;
    while (lease.changing) await lease.changing.catch(() => {});
    const changing = run()
      .then(() => {})
      .finally(() => {
        lease.changing = undefined;
      });
    lease.changing = changing;
    await changing;
  }

  async function ask(counter: Counter, limit: number): Promise<void> {
    const { lease } = counter;
    await change(counter, () => agree({ counter, limit, prefetches: false }));
    const until = clock.ticks() + patience;
    const isOpen = () => isFull(counter, limit) && toldWait(counter) === undefined && clock.ticks() < until;
    while (isOpen()) await woken(lease.wakers, until);
    if (!isFull(counter, limit)) return;
    const wait = toldWait(counter) ?? answerEvery;
    lease.hopelessUntil = clock.ticks() + Math.min(wait, hopelessFor);
  }

  /** ms until something becomes free, where all others that hold something have said that nothing is now. */
  function toldWait({ lease }: Counter): number | undefined {
    const wait = (lease.freeAt ?? 0) - clock.now();
    return lease.freeAt !== undefined && wait > 0 ? wait : undefined;
  }

  function woken(wakers: Set<() => void>, until: number): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        wakers.delete(wake);
        callOff();
        resolve();
      };
      const callOff = clock.after(Math.max(1, until - clock.ticks()), wake);
      wakers.add(wake);
    });
  }

  async function release(counters: readonly Counter[]): Promise<boolean[]> {
    const cleared = await giveBack({ ledger, instance: watch.id, counters, now: clock.now });
    for (const [index, { id, lease }] of counters.entries()) {
      if (cleared[index] && lease.share === 0) held.delete(id);
    }
    return cleared;
  }

  return {
    room,
    now: clock.now,
    reach: ({ lease }, limit) => Math.max(0, Math.min(limit, limit + slack - lease.others)),
    freeAt(counter) {
      const { lease, window } = counter;
      if (lease.others > 0 && toldWait(counter) === undefined) return undefined;
      const own = window.nextRelease(clock.now());
      return lease.freeAt === undefined ? own : Math.min(lease.freeAt, own ?? lease.freeAt);
    },
    drop(counter) {
      held.delete(counter.id);
      capped.delete(counter);
      release([counter]).catch(onFailure);
    },
    more(counter, limit) {
      const { lease } = counter;
      const ticks = clock.ticks();
      lease.shortAt = ticks;
      if (lease.limit === limit && watch.isSure() && ticks < lease.hopelessUntil) return undefined;
      lease.waiting += 1;
      lease.asking ??= ask(counter, limit).finally(() => {
        lease.asking = undefined;
      });
      return lease.asking.finally(() => {
        lease.waiting -= 1;
      });
    },
    counted(counter, limit) {
      const { lease, window } = counter;
      if (lease.share >= limit || lease.share + lease.others >= limit + slack || lease.changing) return;
      if (lease.share - window.count(clock.now()) > lease.share / 4) return;
      change(counter, () => agree({ counter, limit, prefetches: true })).catch(onFailure);
    },
    release,
    async answer() {
      if (held.size === 0) return;
      const rows = await ledger.contended();
      const asked = new Set(rows.map(({ id }) => id));
      for (const counter of capped) {
        if (asked.has(counter.id)) continue;
        counter.lease.cap = Number.POSITIVE_INFINITY;
        capped.delete(counter);
      }
      for (const row of rows) {
        const counter = held.get(row.id);
        const limit = counter?.lease.limit;
        if (!counter || limit === undefined || counter.lease.changing) continue;
        await change(counter, () => agree({ counter, limit, prefetches: false, row }));
      }
    },
    async renew() {
      if (held.size === 0) return;
      await renew();
      await watch.look();
    },
    async leave() {
      const isClear = (await release([...held.values()])).every(Boolean);
      if (isClear && held.size === 0) await watch.leave();
    },
  };
}
