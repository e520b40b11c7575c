import { all, always, type Condition, compare, type Row, type Store } from '../../../../src/index.ts';
import type { Removed, Tip } from '../head.ts';
import type { Signer } from '../signer.ts';
import { checkChain } from './check-chain.ts';
import { checkHeads, checkSignatures, type Signature } from './check-heads.ts';
import type { ChainEvidence } from './evidence.ts';
import { collectFaults, type Fault, type Faults } from './fault.ts';
import { loadEvidence } from './load-evidence.ts';
import { chainsIn, entriesOf, placesIn, strays, timeLimit } from './read-chain.ts';

export interface VerifyInput {
  readonly store: Store;
  readonly signer: Signer | undefined;
  /** ISO 8601; entries from then on, and before then. Default: all. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Tips that were kept elsewhere: the log must have come at least so far. */
  readonly kept?: readonly Tip[];
  readonly progress?: (total: number) => { step(done: number): void; end(): void };
}

/** What can be said about the log. */
export interface VerifyReport {
  readonly isWhole: boolean;
  readonly entries: number;
  readonly chains: number;
  readonly heads: number;
  readonly signature: Signature;
  /** What retention took out, by chain: everything up to `sequence`. */
  readonly removed: readonly Removed[];
  /** By chain: entries after the newest that a head or tip knows of. They fit the chain; that none is gone after them is not proven. */
  readonly unproven: readonly { readonly chain: string; readonly entries: number }[];
  /** The first hundred. */
  readonly faults: readonly Fault[];
}

/** How often it is done over where heads were written meanwhile: these may explain what is missing. */
const tries = 3;

/** Checks the log against its heads, with as much memory for a million entries as for a thousand. */
export async function verifyLog(input: VerifyInput): Promise<VerifyReport> {
  const { store } = input;
  for (let again = 1; ; again += 1) {
    const before = await newestHead(store);
    const report = await verifyOnce(input);
    if (report.isWhole || again === tries || (await newestHead(store)) === before) return report;
  }
}

async function newestHead(store: Store): Promise<string> {
  const model = 'security.audit-head';
  const order = [{ field: 'time', descending: true }];
  const [[newest], count] = await Promise.all([
    store.find({ model, where: always, order, fields: ['time'], limit: 1 }),
    store.count({ model, where: always }),
  ]);
  return `${newest?.id} ${count}`;
}

async function verifyOnce(input: VerifyInput): Promise<VerifyReport> {
  const { store, signer, since, until, kept = [] } = input;
  const faults = collectFaults();
  // In this order: what begins meanwhile is known by the next, and entries are there before heads tell of them.
  const chains = await chainsIn(store);
  const evidence = await loadEvidence({ store, signer, faults });
  for (const tip of kept) evidence.state(tip, 'the head that was kept elsewhere');
  checkHeads(evidence, faults);
  const signature = checkSignatures({ evidence, hasKey: signer !== undefined, faults });

  const total = await store.count({ model: 'security.audit-entry', where: periodOf({ since, until }), timeLimit });
  const progress = input.progress?.(total);
  const unproven: { chain: string; entries: number }[] = [];
  let entries = 0;
  for (const chain of new Set([...chains, ...evidence.chains.keys()])) {
    if (faults.isFull) break;
    const known = evidence.of(chain);
    const places = await placesIn({ store, chain, since, until });
    const checked = await verifyChain({
      store,
      known,
      places,
      faults,
      step(count) {
        entries += count;
        // The entries next to a period are looked at, too.
        progress?.step(Math.min(entries, total));
      },
    });
    if (checked > 0) unproven.push({ chain, entries: checked });
  }
  reportStrays(await strays(store, null), faults);
  progress?.end();

  const known = [...evidence.chains.values()];
  return {
    isWhole: faults.list.length === 0,
    entries,
    chains: evidence.chains.size,
    heads: known.reduce((sum, { own }) => sum + own.size, 0),
    signature,
    removed: known.flatMap(({ removed }) => removed ?? []),
    unproven,
    faults: faults.list,
  };
}

function periodOf({ since, until }: Pick<VerifyInput, 'since' | 'until'>): Condition {
  return all(
    ...(since === undefined ? [] : [compare('time', '>=', since)]),
    ...(until === undefined ? [] : [compare('time', '<', until)]),
  );
}

/** Gives how many entries no head or tip knows of yet. */
async function verifyChain(input: {
  store: Store;
  known: ChainEvidence;
  places: { from: number; to: number | undefined };
  faults: Faults;
  step: (count: number) => void;
}): Promise<number> {
  const { store, known, places, faults, step } = input;
  const { chain } = known;
  const { from, to } = places;
  const check = checkChain({ known, faults, ...(from > 1 && { from }) });
  let last = 0;
  for await (const rows of entriesOf({ store, chain, from, to })) {
    for (const row of rows) check.add(row);
    last = Number(rows.at(-1)?.sequence);
    step(rows.length);
    if (faults.isFull) break;
  }
  const isWhole = to === undefined || last < to;
  check.end({ isWhole });
  if (from === 1) reportStrays(await strays(store, chain), faults);
  return isWhole ? check.unproven : 0;
}

function reportStrays(rows: readonly Row[], faults: Faults): void {
  for (const { call_id: callId, chain } of rows) {
    faults.add({
      kind: 'stray',
      chain: typeof chain === 'string' ? chain : null,
      callId: typeof callId === 'string' ? callId : null,
      message: 'This entry has no place in any chain.',
    });
  }
}
