import { all, type Condition, compare, equals, type Row, type Runtime, type Store } from '../../../src/index.ts';
import type { AuditLog } from './audit-log.ts';
import { genesis } from './chain.ts';
import type { Removed } from './head.ts';
import type { Signer } from './signer.ts';
import type { ChainEvidence, OwnHead } from './verify/evidence.ts';
import { collectFaults } from './verify/fault.ts';
import { loadEvidence } from './verify/load-evidence.ts';
import { chainsIn, timeLimit } from './verify/read-chain.ts';

/*
 * Old entries are taken out from the beginning of each chain, and old heads with them:
 *
 *   1 … 400 | 401 … 900 …      a head first says "up to 400, with this hash"; then 1 to 400 are deleted, bit by bit.
 *     old       kept           Killed in between, the next run goes on; checked in between, nothing is amiss.
 */

const model = 'security.audit-entry';
const batch = 500;

interface Plan {
  readonly removed: Removed;
  /** Nothing of the chain is left then. */
  readonly isWhole: boolean;
}

/** Deletes what is older than so many days, so that the rest can still be verified. Gives the number of entries. */
export async function retireOld(input: {
  runtime: Pick<Runtime, 'store' | 'now'>;
  signer: Signer | undefined;
  log: Pick<AuditLog, 'retire'>;
  days: number;
  /** Stops it between two batches. */
  signal?: AbortSignal;
  /** Lets others write between two batches. */
  pause: () => Promise<void>;
}): Promise<number> {
  const { runtime, signer, log, days, signal, pause } = input;
  const { store, now } = runtime;
  const before = new Date(now() - days * 86_400_000).toISOString();
  const chains = await chainsIn(store);
  const evidence = await loadEvidence({ store, signer, faults: collectFaults() });
  const plans: Plan[] = [];
  for (const chain of new Set([...chains, ...evidence.chains.keys()])) {
    signal?.throwIfAborted();
    const plan = await planOf({ store, known: evidence.of(chain), before });
    if (plan) plans.push(plan);
  }
  if (plans.length === 0) return 0;
  await log.retire(plans.map(({ removed }) => removed));
  let entries = 0;
  for (const { removed, isWhole } of plans) {
    const { chain, head } = removed;
    entries += await deleteEntries({ store, removed, signal, pause });
    await store.write([{ kind: 'remove', model: 'security.audit-head', where: upTo(chain, 'number', head) }], {
      atomic: false,
    });
    if (isWhole) await store.write([{ kind: 'remove', model: 'security.audit-tip', where: equals('id', chain) }]);
  }
  return entries;
}

/** What of a chain goes; what went before is said again, because the head that said so gets old as well. */
async function planOf(input: { store: Store; known: ChainEvidence; before: string }): Promise<Plan | undefined> {
  const { store, known, before } = input;
  const { chain, removed: gone } = known;
  const rest = all(equals('chain', chain), compare('sequence', '>', gone?.sequence ?? 0));
  const young = await edge(store, all(rest, compare('time', '>=', before)), false);
  const end = young ? compare('sequence', '<', Number(young.sequence)) : undefined;
  const last = await edge(store, end ? all(rest, end) : rest, true);
  const head = lastOldHead(known, before);
  if (!gone && !last && !head) return undefined;
  const isWhole =
    !young && known.own.size === (head?.older ?? 0) && (known.tip === undefined || known.tip.time < before);
  // Nothing is left to be said about a chain that went whole some time ago.
  if (isWhole && !last && !head && !known.tip) return undefined;
  const sequence = last ? Number(last.sequence) : (gone?.sequence ?? 0);
  const count = await store.count({ model, where: upTo(chain, 'sequence', sequence), timeLimit });
  return {
    isWhole,
    removed: {
      chain,
      sequence,
      hash: last ? String(last.hash) : (gone?.hash ?? genesis),
      head: head?.number ?? gone?.head ?? 0,
      headHash: head?.hash ?? gone?.headHash ?? genesis,
      count,
      before,
    },
  };
}

async function edge(store: Store, where: Condition, descending: boolean): Promise<Row | undefined> {
  const order = [{ field: 'sequence', descending }];
  const fields = ['sequence', 'hash'];
  return (await store.find({ model, where, order, fields, limit: 1, timeLimit }))[0];
}

/** The last of the chain's oldest heads that are all from before, and how many they are. */
function lastOldHead(
  { own }: ChainEvidence,
  before: string,
): { number: number; hash: string; older: number } | undefined {
  let last: { number: number; hash: string; older: number } | undefined;
  const heads: [number, OwnHead][] = [...own].toSorted(([one], [other]) => one - other);
  for (const [index, [number, { time, hash }]] of heads.entries()) {
    if (time >= before) break;
    last = { number, hash, older: index + 1 };
  }
  return last;
}

async function deleteEntries(input: {
  store: Store;
  removed: Removed;
  signal: AbortSignal | undefined;
  pause: () => Promise<void>;
}): Promise<number> {
  const { store, removed, signal, pause } = input;
  const { chain, sequence } = removed;
  let deleted = 0;
  for (;;) {
    signal?.throwIfAborted();
    const first = await edge(store, upTo(chain, 'sequence', sequence), false);
    if (!first) return deleted;
    const end = Math.min(sequence, Number(first.sequence) + batch - 1);
    const [result] = await store.write([{ kind: 'remove', model, where: upTo(chain, 'sequence', end) }], {
      atomic: false,
    });
    deleted += result?.matched ?? 0;
    await pause();
  }
}

function upTo(chain: string, field: 'sequence' | 'number', end: number): Condition {
  return all(equals('chain', chain), compare(field, '<=', end));
}
