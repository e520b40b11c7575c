/** What can be wrong with the log. */
export type FaultKind =
  /** An entry does not say what it said when it was written. */
  | 'edited'
  /** Entries are gone from the middle, or from the beginning. */
  | 'missing'
  /** An entry stands in another's place. */
  | 'reordered'
  /** Two entries claim one place. */
  | 'duplicate'
  /** The entry before this one is not the one that was there when this was written. */
  | 'replaced'
  /** Entries were written anew, with hashes that fit each other but not the heads. */
  | 'rewritten'
  /** Entries are gone from the end. */
  | 'tail-cut'
  | 'chain-missing'
  /** An entry that belongs to no chain, or comes after its chain's end. */
  | 'stray'
  | 'head-missing'
  /** A head or tip is not what was written. */
  | 'head-forged'
  /** A head or tip is not signed with the key, though signing had begun. */
  | 'head-unsigned';

/** One place where the log is not what was written. */
export interface Fault {
  readonly kind: FaultKind;
  readonly chain: string | null;
  /** Of the entry, or of the first of several; null where it is about a head. */
  readonly sequence: number | null;
  /** Of the head, where it is about one. */
  readonly head: number | null;
  readonly callId: string | null;
  readonly message: string;
}

/** Collects faults, the first hundred of them. */
export interface Faults {
  add(fault: Partial<Fault> & Pick<Fault, 'kind' | 'chain' | 'message'>): void;
  readonly list: readonly Fault[];
  readonly isFull: boolean;
}

const maxFaults = 100;

export function collectFaults(): Faults {
  const list: Fault[] = [];
  return {
    list,
    get isFull() {
      return list.length >= maxFaults;
    },
    add(fault) {
      if (list.length < maxFaults) list.push({ sequence: null, head: null, callId: null, ...fault });
    },
  };
}
