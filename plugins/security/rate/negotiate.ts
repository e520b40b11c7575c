/*
 *   limit 60 ─┬─ instance A   share 30   a sliding window of its own, of at most 30
 *             ├─ instance B   share 20
 *             └─ nobody's yet       10   taken by one conditional update
 *
 * An instance never has more calls in its window than its share, and all shares together are never more than the limit
 * and the slack. So no 60 s hold more calls than that, however the shares wander, and whatever the clocks say: each
 * instance measures its own calls alone. Allowance that calls have used is not given away before they have left the
 * window.
 */

/** What one instance has of a limit. */
export interface Holding {
  readonly instance: string;
  /** Calls in any 60 s that it may admit. */
  readonly share: number;
  /** Calls that it would admit beyond that. */
  readonly wants: number;
  /** When something of it becomes free, as far as it knows, ms since the epoch; null: not told. */
  readonly freeAt: number | null;
}

export interface Position {
  /** Of the living, this one included or not. */
  readonly holdings: readonly Holding[];
  readonly instance: string;
  readonly limit: number;
  /** Calls that all together may admit beyond the limit. */
  readonly slack: number;
  /** Calls in its window now. */
  readonly used: number;
  /** Calls that it wants to admit beside them; 0: none. */
  readonly needs: number;
  /** Others are asked for what is missing. */
  readonly asks: boolean;
  /** When the oldest call in its window leaves it, ms since the epoch. */
  readonly releaseAt: number | undefined;
}

export interface Agreement {
  readonly mine: Holding;
  /** Shares of the others together. */
  readonly others: number;
  /** Calls that it admits while others ask: no more than a fair part. */
  readonly cap: number;
  /** When others have told that something becomes free: the first time; undefined: not all that hold some have. */
  readonly freeAt: number | undefined;
}

/** What an instance should have, by what is written down. Nothing is ever taken from another one. */
export function negotiate(position: Position): Agreement {
  const { holdings, instance, limit, slack, used, needs, asks, releaseAt } = position;
  const rest = holdings.filter(holding => holding.instance !== instance);
  const others = sum(rest.map(({ share }) => share));
  const asked = sum(rest.map(({ wants }) => wants));
  const parties = rest.length + 1;
  const fair = Math.max(1, Math.ceil(limit / parties));
  const cap = asked > 0 ? fair : limit;
  /** All that it could have. */
  const room = Math.min(limit, Math.max(0, limit + slack - others));
  const held = Math.min(holdings.find(holding => holding.instance === instance)?.share ?? 0, room);
  const share =
    needs > 0
      ? grown({
          held,
          room: Math.min(room, Math.max(held, cap)),
          wanted: used + needs,
          parties,
          isContended: asked > 0,
        })
      : held;
  const missing = Math.max(0, asked - (limit + slack - others - share));
  const kept = Math.min(share, Math.max(share - missing, keeps({ share, used, fair, isShort: needs > 0 })));
  const wants = asks ? Math.max(0, Math.min(limit, used + needs) - kept) : 0;
  const freeAt = asked > 0 && kept > 0 && kept <= used ? (releaseAt ?? null) : null;
  return { mine: { instance, share: kept, wants, freeAt }, others, cap, freeAt: firstFree(rest) };
}

/** Half of what could be had by each, so that few updates are needed and something is left for the next instance. */
function grown(input: { held: number; room: number; wanted: number; parties: number; isContended: boolean }): number {
  const { held, room, wanted, parties, isContended } = input;
  if (wanted <= held) return held;
  const step = isContended ? 0 : Math.ceil((room - held) / (2 * parties));
  return Math.max(held, Math.min(room, Math.max(wanted, held + step)));
}

/** What stays although others ask: what is used, and of the rest half, or up to a fair part where it is short itself. */
function keeps(input: { share: number; used: number; fair: number; isShort: boolean }): number {
  const { share, used, fair, isShort } = input;
  if (used === 0 && !isShort) return 0;
  const spare = Math.max(0, share - used);
  return isShort ? Math.max(used, Math.min(share, fair)) : used + Math.floor(spare / 2);
}

function firstFree(rest: readonly Holding[]): number | undefined {
  const times = rest.filter(({ share }) => share > 0).map(({ freeAt }) => freeAt);
  const known = times.filter(time => time !== null);
  return known.length === times.length && known.length > 0 ? Math.min(...known) : undefined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
