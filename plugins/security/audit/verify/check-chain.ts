import type { Row } from '../../../../src/index.ts';
import { entryHash, genesis } from '../chain.ts';
import { counted } from '../counted.ts';
import { type ChainEvidence, lastStated } from './evidence.ts';
import type { Faults } from './fault.ts';

/** Takes the entries of one chain, in their order, and reports every place where they are not what was written. */
export interface ChainCheck {
  add(entry: Row): void;
  /** After the last one. `isWhole`: the last one of the chain, not only of a period. */
  end(input: { isWhole: boolean }): void;
  /** Entries after the newest that a head or tip knows of. */
  readonly unproven: number;
}

interface Last {
  readonly sequence: number;
  readonly hash: string;
  readonly isClean: boolean;
}

/** `from`: where the period begins; default the beginning of the chain. */
export function checkChain(input: { known: ChainEvidence; faults: Faults; from?: number }): ChainCheck {
  const { known, faults, from } = input;
  const { chain, entries: stated, removed } = known;
  const gone = removed?.sequence ?? 0;
  let last: Last | undefined = firstLink();
  let isRewritten = false;
  let matched = gone;

  function firstLink(): Last | undefined {
    if (from !== undefined && from > gone + 1) return undefined;
    return { sequence: gone, hash: gone > 0 ? (removed?.hash ?? '') : genesis, isClean: true };
  }

  function missing(first: number, end: number, next: Row): void {
    const message =
      end === first
        ? 'An entry is missing before this one.'
        : `${end - first + 1} entries are missing before this one.`;
    faults.add({ kind: 'missing', chain, sequence: first, callId: String(next.call_id), message });
  }

  function check(entry: Row, sequence: number): void {
    const at = { chain, sequence, callId: typeof entry.call_id === 'string' ? entry.call_id : null };
    const isValid = isUntouched(entry) && entryHash(entry) === entry.hash;
    if (last && sequence === last.sequence) {
      faults.add({ ...at, kind: 'duplicate', message: 'Another entry has the same place.' });
      if (last.isClean || !isValid) return;
    }
    if (last && sequence > last.sequence + 1) missing(last.sequence + 1, sequence - 1, entry);
    const isNext = last !== undefined && sequence === last.sequence + 1;
    const isLinked = !isNext || entry.previous === last?.hash;
    let isClean = isValid;
    if (!isValid) {
      if (isLinked) faults.add({ ...at, kind: 'edited', message: 'This entry was changed after it was written.' });
      else faults.add({ ...at, kind: 'reordered', message: 'This entry was changed, or stood in another place.' });
    } else if (!isLinked && last?.isClean) {
      faults.add({ ...at, kind: 'replaced', message: 'The entry before this one is not the one that was there.' });
      isClean = false;
    } else {
      checkStated(entry, at);
    }
    last = { sequence, hash: String(entry.hash), isClean };
  }

  /** What is written anew from some place on fits itself, and not what the heads say. Told once for each such stretch. */
  function checkStated(entry: Row, at: { chain: string; sequence: number; callId: string | null }): void {
    const statement = stated.get(at.sequence);
    if (!statement) return;
    if (statement.hash === entry.hash) {
      matched = at.sequence;
      isRewritten = false;
    } else if (!isRewritten) {
      isRewritten = true;
      const message = `Entries after ${matched} up to this one were written anew: ${statement.by} names another one.`;
      faults.add({ ...at, kind: 'rewritten', message });
    }
  }

  return {
    add(entry) {
      const sequence = Number(entry.sequence);
      // What retention is about to take out proves nothing, but for its last entry.
      if (sequence < gone || faults.isFull) return;
      if (sequence === gone && gone > 0) {
        if (entry.hash === removed?.hash && entryHash(entry) === entry.hash) return;
        const message = 'This entry is not the one that retention names as the last to be taken out.';
        faults.add({ kind: 'edited', chain, sequence, callId: String(entry.call_id), message });
        return;
      }
      check(entry, sequence);
    },
    end({ isWhole }) {
      if (!isWhole || faults.isFull) return;
      const reached = last?.sequence ?? gone;
      const end = lastStated(stated);
      const by = stated.get(end)?.by;
      if (end > reached && reached === 0) {
        faults.add({
          kind: 'chain-missing',
          chain,
          sequence: 1,
          message:
            end === 1
              ? `Its one entry is gone; ${by} tells of it.`
              : `All ${end} entries are gone; ${by} tells of them.`,
        });
      } else if (end > reached) {
        const message = counted(end - reached, {
          one: `entry was cut off at the end; ${by} tells of it.`,
          many: `entries were cut off at the end; ${by} tells of them.`,
        });
        faults.add({ kind: 'tail-cut', chain, sequence: reached + 1, message });
      }
      const final = known.own.get(Math.max(...known.own.keys()));
      const allowed =
        final?.kind === 'stop' ? final.sequence : final?.kind === 'end' ? (final.attempted ?? 0) : undefined;
      if (allowed !== undefined && reached > allowed) {
        const message = `${counted(reached - allowed, { one: 'entry comes', many: 'entries come' })} after the end of this chain.`;
        faults.add({ kind: 'stray', chain, sequence: allowed + 1, message });
      }
      if (reached > 0 && known.own.size === 0 && !removed) {
        faults.add({ kind: 'head-missing', chain, head: 1, message: 'Nothing tells of the beginning of this chain.' });
      }
    },
    get unproven() {
      return Math.max(0, (last?.sequence ?? gone) - Math.max(gone, lastStated(stated)));
    },
  };
}

/** The log writes an entry once, and none of what the server keeps about records that people change. */
function isUntouched({ version, createdAt, createdBy, updatedAt, updatedBy }: Row): boolean {
  return version === 1 && [createdAt, createdBy, updatedAt, updatedBy].every(value => (value ?? null) === null);
}
