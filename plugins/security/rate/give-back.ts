import type { ShareLedger } from './share-ledger.ts';
import type { Counter } from './shared-counter.ts';

/**
 * Gives back what an instance holds of these limits and has not used within the window. True for those of which it holds
 * nothing any more; false also where somebody has changed the row in between, or it is being changed here.
 */
export async function giveBack(input: {
  readonly ledger: ShareLedger;
  readonly instance: string;
  readonly counters: readonly Counter[];
  /** ms since the epoch. */
  readonly now: () => number;
}): Promise<boolean[]> {
  const { ledger, instance, counters, now } = input;
  const rows = await ledger.read(counters.map(({ id }) => id));
  const plans = counters.map(({ lease, window }, index) => {
    const row = rows[index];
    const before = row?.holdings.find(holding => holding.instance === instance);
    if (!row || !before || lease.changing) return { isClear: !before && !lease.changing };
    const share = Math.min(before.share, window.count(now()));
    // Less from here on: what is given back may be somebody else's before the answer is here.
    Object.assign(lease, { share: Math.min(lease.share, share), limit: undefined });
    const rest = row.holdings.filter(holding => holding !== before);
    const holdings = share > 0 ? [...rest, { ...before, share, wants: 0, freeAt: null }] : rest;
    return { isClear: share === 0, change: { row, holdings } };
  });
  const changes = plans.flatMap(({ change }) => change ?? []);
  const written = await ledger.replace(changes);
  return plans.map(({ isClear, change }) => isClear && (!change || written[changes.indexOf(change)] === true));
}
