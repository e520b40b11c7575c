import type { HeadKind, Removed, Seal, Tip } from '../head.ts';

/** What heads and tips say about one chain. */
export interface ChainEvidence {
  readonly chain: string;
  /** What an entry's hash must be, by sequence, and who says so. */
  readonly entries: Map<number, Statement>;
  /** The same for heads, by number. */
  readonly heads: Map<number, Statement>;
  /** Its own heads that are there, by number. */
  readonly own: Map<number, OwnHead>;
  tip: { readonly tip: Tip; readonly time: string; readonly seal: Seal } | undefined;
  /** Up to where retention has taken it out. */
  removed: Removed | undefined;
}

export interface Statement {
  readonly hash: string;
  /** For people: `the daily head 3 of chain …`. */
  readonly by: string;
}

export interface OwnHead {
  readonly kind: HeadKind;
  readonly time: string;
  readonly hash: string;
  readonly previous: string;
  readonly sequence: number;
  readonly attempted: number | null;
  readonly seal: Seal;
}

export interface FirstSigned {
  /** ISO 8601. */
  readonly time: string;
  /** The newest heads of the other chains then. */
  readonly heads: ReadonlyMap<string, number>;
}

/** What is known about the chains apart from their entries. */
export interface Evidence {
  readonly chains: ReadonlyMap<string, ChainEvidence>;
  /** The first head that is signed with the key. What was there before it need not be. */
  firstSigned: FirstSigned | undefined;
  of(chain: string): ChainEvidence;
  /** Somebody says that the chain had come so far. */
  state(tip: Tip, by: string): void;
  remove(removed: Removed): void;
}

export function createEvidence(): Evidence {
  const chains = new Map<string, ChainEvidence>();

  function of(chain: string): ChainEvidence {
    const known = chains.get(chain);
    if (known) return known;
    const fresh = { chain, entries: new Map(), heads: new Map(), own: new Map(), tip: undefined, removed: undefined };
    chains.set(chain, fresh);
    return fresh;
  }

  return {
    chains,
    firstSigned: undefined,
    of,
    state({ chain, sequence, hash, head, headHash }, by) {
      const { entries, heads } = of(chain);
      if (sequence > 0) keepWorst(entries, sequence, { hash, by });
      if (head > 0) keepWorst(heads, head, { hash: headHash, by });
    },
    remove(removed) {
      const known = of(removed.chain);
      if (!known.removed || removed.sequence > known.removed.sequence || removed.head > known.removed.head) {
        known.removed = removed;
      }
    },
  };
}

/** Of two who contradict each other, one must be contradicted by what is there: both are kept, as one that nothing fits. */
function keepWorst(statements: Map<number, Statement>, place: number, statement: Statement): void {
  const known = statements.get(place);
  if (!known) statements.set(place, statement);
  else if (known.hash !== statement.hash) {
    statements.set(place, { hash: 'contradictory', by: `${known.by}, contradicted by ${statement.by},` });
  }
}

/** The last entry that somebody knows of. */
export function lastStated(statements: ReadonlyMap<number, Statement>): number {
  let last = 0;
  for (const place of statements.keys()) if (place > last) last = place;
  return last;
}
