import { genesis } from '../chain.ts';
import type { Seal } from '../head.ts';
import { type ChainEvidence, type Evidence, type FirstSigned, lastStated } from './evidence.ts';
import type { Faults } from './fault.ts';

/** The heads of each chain: none missing, each naming the one before, all as others know them. */
export function checkHeads(evidence: Evidence, faults: Faults): void {
  for (const known of evidence.chains.values()) checkChainHeads(known, faults);
}

function checkChainHeads({ chain, heads, own, tip, removed }: ChainEvidence, faults: Faults): void {
  const last = Math.max(lastStated(heads), ...own.keys());
  const gone = removed?.head ?? 0;
  let previous = removed?.headHash ?? genesis;
  for (let head = gone + 1; head <= last; head += 1) {
    const found = own.get(head);
    if (!found) {
      const message = `Head ${head} of this chain is gone; ${heads.get(head)?.by ?? 'a later one'} tells of it.`;
      faults.add({ kind: 'head-missing', chain, head, message });
    } else if (found.previous !== previous && previous !== '') {
      faults.add({ kind: 'head-forged', chain, head, message: 'This head does not continue the one before.' });
    } else if (heads.get(head) && heads.get(head)?.hash !== found.hash) {
      const message = `This head is not the one that ${heads.get(head)?.by} names.`;
      faults.add({ kind: 'head-forged', chain, head, message });
    }
    if (faults.isFull) return;
    // After a gap nothing is known that the next one could continue.
    previous = found?.hash ?? '';
  }
  if (last > gone && !tip) {
    faults.add({ kind: 'head-missing', chain, message: 'The tip of this chain is gone; it has heads.' });
  }
}

/** Whether heads and tips are signed. `unchecked`: they are, with a key that is not known here. */
export type Signature = 'signed' | 'partly signed' | 'unsigned' | 'unchecked';

/**
 * A chain that begins signed stays so, and the only ones that are not are those that the first signed head names: else a
 * chain could be written anew without the key.
 */
export function checkSignatures(input: { evidence: Evidence; hasKey: boolean; faults: Faults }): Signature {
  const { evidence, hasKey, faults } = input;
  const { firstSigned } = evidence;
  const seals = new Set<Seal>();
  for (const known of evidence.chains.values()) {
    for (const { seal } of known.own.values()) seals.add(seal);
    if (firstSigned) checkChainSeals({ known, firstSigned, faults });
  }
  if (!hasKey || !firstSigned) return seals.has('unchecked') ? 'unchecked' : 'unsigned';
  return seals.size === 1 ? 'signed' : 'partly signed';
}

function checkChainSeals(input: { known: ChainEvidence; firstSigned: FirstSigned; faults: Faults }): void {
  const { chain, own, tip } = input.known;
  const { firstSigned, faults } = input;
  const first = own.get(Math.min(...own.keys()));
  if (first?.seal !== 'signed' && firstSigned.heads.has(chain)) return;
  for (const [head, { seal }] of own) {
    if (seal !== 'signed') faults.add({ kind: 'head-unsigned', chain, head, message: unsigned('head', seal) });
  }
  if (tip && tip.tip.head > 0 && tip.seal !== 'signed') {
    faults.add({ kind: 'head-unsigned', chain, message: unsigned('tip', tip.seal) });
  }
}

function unsigned(what: string, seal: Seal): string {
  return seal === 'unchecked' ? `This ${what} is signed with another key.` : `This ${what} is not signed.`;
}
