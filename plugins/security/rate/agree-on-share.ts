import type { Clock } from '../../../src/index.ts';
import type { InstanceWatch } from './instance-watch.ts';
import { type Holding, negotiate } from './negotiate.ts';
import type { ShareLedger, ShareRow } from './share-ledger.ts';
import type { Counter } from './shared-counter.ts';

/** ms after which a refused caller is not expected back. */
const expectedFor = 3_000;
/** Tries to write; each failure means that another instance got through. */
const maxTries = 100;

/** What is to be agreed on. */
export interface Task {
  readonly counter: Counter;
  readonly limit: number;
  /** For calls to come: others are not asked. */
  readonly prefetches: boolean;
}

/** Agrees with the other instances on this one's shares, by the rows that all of them write. */
export function createAgreement(parts: {
  readonly ledger: ShareLedger;
  readonly watch: InstanceWatch;
  readonly clock: Clock;
  readonly slack: number;
  /** Those that may hold something, by id. */
  readonly held: Map<string, Counter>;
  /** Those that others ask for. */
  readonly capped: Set<Counter>;
}) {
  const { ledger, watch, clock, slack, held, capped } = parts;

  /** Calls that should find room beside those in the window. */
  function needsOf({ lease }: Counter, limit: number): number {
    const isExpected = lease.waiting > 0 || clock.ticks() - lease.shortAt < expectedFor;
    return isExpected ? Math.max(lease.waiting, Math.ceil(limit / 10)) : 0;
  }

  async function renew(): Promise<void> {
    if (await watch.renew()) return;
    // The shares were lost: others may have them by now.
    for (const { lease } of held.values()) Object.assign(lease, { share: 0, limit: undefined });
    held.clear();
  }

  /** Negotiates by what the row says until the result could be written. */
  async function agree(task: Task & { readonly row?: ShareRow }): Promise<void> {
    if (!watch.isSure()) await renew();
    let { row } = task;
    for (let tries = 1; tries <= maxTries; tries += 1) {
      row ??= (await ledger.read([task.counter.id]))[0];
      if (!row || (await settle({ ...task, row }))) return;
      row = undefined;
    }
  }

  /** False where somebody has changed the row in between. */
  async function settle({ counter, limit, prefetches, row }: Task & { readonly row: ShareRow }): Promise<boolean> {
    const { lease, window } = counter;
    const instance = watch.id;
    const living = await watch.living(row.holdings.map(holding => holding.instance));
    const rest = row.holdings.filter(holding => holding.instance !== instance && living.has(holding.instance));
    const before = row.holdings.find(holding => holding.instance === instance);
    const now = clock.now();
    if (lease.isFresh) {
      // Of calls that this instance has forgotten: as if all of them had just come.
      for (let calls = 0; calls < (before?.share ?? 0); calls += 1) window.hit(now);
      lease.isFresh = false;
    }
    const used = window.count(now);
    const agreed = negotiate({
      holdings: before ? [...rest, before] : rest,
      instance,
      limit,
      slack,
      used,
      needs: prefetches ? Math.max(0, lease.share - used) + 1 : needsOf(counter, limit),
      asks: !prefetches,
      releaseAt: window.nextRelease(now),
    });
    const { mine, others, cap, freeAt } = agreed;
    const isKept = row.holdings.length === rest.length + (before ? 1 : 0);
    const isSame = isKept && isEqual(before, mine) && lease.share === mine.share;
    // While it is not known whether it is written, the smaller of the two holds.
    lease.share = Math.min(lease.share, mine.share);
    const holdings = isNothing(mine) ? rest : [...rest, mine];
    if (!isSame && !(await ledger.replace([{ row, holdings }]))[0]) return false;
    if (watch.id !== instance) return false;
    held.set(counter.id, counter);
    if (cap < limit) capped.add(counter);
    else capped.delete(counter);
    Object.assign(lease, { limit, share: mine.share, others, cap, freeAt });
    for (const wake of lease.wakers) wake();
    return true;
  }

  return { agree, renew };
}

function isNothing({ share, wants }: Holding): boolean {
  return share === 0 && wants === 0;
}

function isEqual(before: Holding | undefined, { share, wants, freeAt }: Holding): boolean {
  if (!before) return share === 0 && wants === 0;
  return before.share === share && before.wants === wants && before.freeAt === freeAt;
}
