import type { VolumeLedger } from './volume-ledger.ts';

/*
 *   quota 10,000 a day ─┬─ taken, by conditional updates ─┬─ given out in answers
 *                       │                                 └─ put aside by an instance: 100 at most at a time
 *                       └─ left
 *
 * What is taken is never more than the quota, and what an answer carries is taken before it leaves. What was put aside
 * goes back when it is not used for a while; an instance that is killed loses it.
 */

/** One quota and whom it is for. */
export interface Quota {
  /** Kind and id: `api-key …`, `user …`. */
  readonly subject: string;
  /** Records a day (UTC). */
  readonly limit: number;
}

/** The first quota that does not suffice, and what is left of it. */
export interface Exceeded {
  readonly quota: Quota;
  readonly remaining: number;
}

/** The records that this instance has put aside, of the quotas of today. */
export interface VolumeBook {
  /**
   * Takes so many of every quota, or of none; at once while what is put aside suffices. With 0: whether there is one
   * left of each. Throws STORE_UNAVAILABLE.
   */
  take(quotas: readonly Quota[], count: number): Exceeded | undefined | Promise<Exceeded | undefined>;
  /** As `take` would decide by what is stored; nothing is taken. */
  look(quotas: readonly Quota[], count: number): Promise<Exceeded | undefined>;
  /** Gives back what was not used since the last time. */
  flush(): Promise<void>;
  /** Gives everything back. */
  close(): Promise<void>;
}

interface Aside {
  readonly day: string;
  left: number;
  /** Something was taken of it since the last flush. */
  isUsed: boolean;
  /** What was known when there was not enough; looked at again after a while. */
  exhausted: { readonly remaining: number; readonly limit: number; readonly until: number } | undefined;
  getting: Promise<void> | undefined;
}

/** An instance puts aside one part in so many of a quota. */
const parts = 100;
/** ms for which a quota that is used up is not looked at again: others may give back, an admin may raise it. */
const exhaustedFor = 5_000;
/** Times that a call may find that others have used what was put aside for it. */
const maxRounds = 20;

export function createVolumeBook(input: { readonly ledger: VolumeLedger; readonly now: () => number }): VolumeBook {
  const { ledger, now } = input;
  const asides = new Map<string, Aside>();

  function asideOf({ subject }: Quota): Aside {
    const day = dayOf(now());
    const known = asides.get(subject);
    if (known?.day === day) return known;
    const fresh: Aside = { day, left: 0, isUsed: false, exhausted: undefined, getting: undefined };
    asides.set(subject, fresh);
    return fresh;
  }

  /** Takes at once, or names the quota of which too little is put aside. */
  function attempt(quotas: readonly Quota[], count: number): Quota | undefined {
    const short = quotas.find(quota => asideOf(quota).left < Math.max(1, count));
    if (short) return short;
    for (const quota of quotas) {
      const aside = asideOf(quota);
      aside.left -= count;
      aside.isUsed = true;
    }
    return undefined;
  }

  function exceeded(quota: Quota): Exceeded | undefined {
    const { exhausted, left } = asideOf(quota);
    if (!exhausted || exhausted.limit !== quota.limit || Math.abs(exhausted.until - now()) > exhaustedFor)
      return undefined;
    return exhausted.until > now() ? { quota, remaining: exhausted.remaining + left } : undefined;
  }

  /** Puts so many aside, and some more where there are. */
  async function get(quota: Quota, count: number): Promise<void> {
    const { subject, limit } = quota;
    const aside = asideOf(quota);
    const account = { subject, day: aside.day };
    const missing = count - aside.left;
    for (const wanted of new Set([Math.max(missing, Math.ceil(limit / parts)), missing])) {
      if (!(await ledger.take({ account, count: wanted, quota: limit }))) continue;
      aside.left += wanted;
      aside.isUsed = true;
      aside.exhausted = undefined;
      return;
    }
    const taken = (await ledger.taken(aside.day, [subject])).get(subject) ?? 0;
    aside.exhausted = { remaining: Math.max(0, limit - taken), limit, until: now() + exhaustedFor };
  }

  async function takeLater(quotas: readonly Quota[], count: number): Promise<Exceeded | undefined> {
    for (let round = 1; ; round += 1) {
      const short = attempt(quotas, count);
      if (!short) return undefined;
      const known = exceeded(short);
      const isTooMuch = known && known.remaining < Math.max(1, count);
      if (isTooMuch || round > maxRounds) return known ?? { quota: short, remaining: 0 };
      const aside = asideOf(short);
      aside.getting ??= get(short, Math.max(1, count)).finally(() => {
        aside.getting = undefined;
      });
      await aside.getting;
    }
  }

  async function giveBack(isDue: (aside: Aside) => boolean): Promise<void> {
    const today = dayOf(now());
    for (const [subject, aside] of asides) {
      if (aside.day !== today) asides.delete(subject);
      const count = isDue(aside) ? aside.left : 0;
      aside.isUsed = false;
      if (count === 0 || aside.day !== today) continue;
      // Gone from here first: where it is not known whether it was written, it is lost rather than there twice.
      aside.left = 0;
      await ledger.giveBack({ account: { subject, day: aside.day }, count });
    }
  }

  return {
    take(quotas, count) {
      const short = attempt(quotas, count);
      return short ? takeLater(quotas, count) : undefined;
    },
    async look(quotas, count) {
      const taken = await ledger.taken(
        dayOf(now()),
        quotas.map(({ subject }) => subject),
      );
      for (const quota of quotas) {
        const remaining = Math.max(0, quota.limit - (taken.get(quota.subject) ?? 0));
        if (remaining < Math.max(1, count)) return { quota, remaining };
      }
      return undefined;
    },
    flush: () => giveBack(({ isUsed }) => !isUsed),
    close: () => giveBack(() => true),
  };
}

/** `YYYY-MM-DD`, UTC. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
