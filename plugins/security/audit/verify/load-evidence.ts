import { always, type Condition, type Store } from '../../../../src/index.ts';
import { readHead, readTip } from '../head.ts';
import type { Signer } from '../signer.ts';
import { createEvidence, type Evidence } from './evidence.ts';
import type { Faults } from './fault.ts';

/** Heads of one page: each may name many chains. */
const pageSize = 50;

/** Reads all heads and tips; those that are not what was written are faults and say nothing. */
export async function loadEvidence(input: {
  store: Store;
  signer: Signer | undefined;
  faults: Faults;
}): Promise<Evidence> {
  const evidence = createEvidence();
  await loadTips(input, evidence);
  await loadHeads(input, evidence);
  return evidence;
}

type Input = Parameters<typeof loadEvidence>[0];

async function loadTips({ store, signer, faults }: Input, evidence: Evidence): Promise<void> {
  for (const row of await store.find({ model: 'security.audit-tip', where: always })) {
    const read = readTip(row, signer);
    if (!read || read.seal === 'forged') {
      faults.add({ kind: 'head-forged', chain: row.id, message: 'The tip of this chain is not what was written.' });
      continue;
    }
    evidence.of(row.id).tip = read;
    evidence.state(read.tip, `the tip of ${read.time}`);
  }
}

async function loadHeads({ store, signer, faults }: Input, evidence: Evidence): Promise<void> {
  let where: Condition = always;
  for (;;) {
    const rows = await store.find({ model: 'security.audit-head', where, limit: pageSize });
    for (const row of rows) {
      const read = readHead(row, signer);
      if (!read || read.seal === 'forged') {
        faults.add({
          kind: 'head-forged',
          chain: typeof row.chain === 'string' ? row.chain : null,
          head: typeof row.number === 'number' ? row.number : null,
          message: `The head of ${row.time} is not what was written.`,
        });
        continue;
      }
      const { head, seal } = read;
      const { own } = evidence.of(head.chain);
      const name = `the ${head.kind} head ${head.head} of chain ${head.chain} of ${head.time}`;
      if (own.has(head.head)) {
        faults.add({ kind: 'head-forged', chain: head.chain, head: head.head, message: `There are two of ${name}.` });
        continue;
      }
      own.set(head.head, { ...head, hash: head.headHash, sequence: head.sequence, seal });
      evidence.state(head, name);
      for (const other of head.others) evidence.state(other, name);
      for (const removed of head.removed) evidence.remove(removed);
    }
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    where = { kind: 'compare', field: 'id', operator: '>', value: last.id };
  }
}
