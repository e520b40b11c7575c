import { always, type Condition, compare, type Row, type Store } from '../../../../src/index.ts';
import { type Head, readHead, readTip, type Seal } from '../head.ts';
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

async function loadHeads(input: Input, evidence: Evidence): Promise<void> {
  const { store, signer, faults } = input;
  const retirements: { head: Head; seal: Seal }[] = [];
  let where: Condition = always;
  for (;;) {
    const rows = await store.find({ model: 'security.audit-head', where, limit: pageSize });
    for (const row of rows) {
      const read = readHead(row, signer);
      if (!read || read.seal === 'forged') faults.add(forged(row));
      else addHead({ ...read, evidence, faults });
      if (read && read.seal !== 'forged' && read.head.removed.length > 0) retirements.push(read);
    }
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) break;
    where = compare('id', '>', last.id);
  }
  for (const { head, seal } of retirements) {
    if (mayRetire({ head, seal }, evidence)) for (const removed of head.removed) evidence.remove(removed);
    else {
      const message = 'This head says that entries were taken out, and is not signed.';
      faults.add({ kind: 'head-unsigned', chain: head.chain, head: head.head, message });
    }
  }
}

function forged(row: Row): Parameters<Faults['add']>[0] {
  return {
    kind: 'head-forged',
    chain: typeof row.chain === 'string' ? row.chain : null,
    head: typeof row.number === 'number' ? row.number : null,
    message: `The head of ${row.time} is not what was written.`,
  };
}

function addHead(input: { head: Head; seal: Seal; evidence: Evidence; faults: Faults }): void {
  const { head, seal, evidence, faults } = input;
  const { chain, head: number, time } = head;
  const { own } = evidence.of(chain);
  const name = `the ${head.kind} head ${number} of chain ${chain} of ${time}`;
  if (own.has(number)) {
    faults.add({ kind: 'head-forged', chain, head: number, message: `There are two of ${name}.` });
    return;
  }
  own.set(number, { ...head, hash: head.headHash, seal });
  evidence.state(head, name);
  for (const other of head.others) evidence.state(other, name);
  if (seal === 'signed' && (!evidence.firstSigned || time < evidence.firstSigned.time)) {
    evidence.firstSigned = { time, heads: new Map(head.others.map(other => [other.chain, other.head])) };
  }
}

/** Once signing has begun, nobody without the key can explain away what is missing. */
function mayRetire({ head, seal }: { head: Head; seal: Seal }, { firstSigned }: Evidence): boolean {
  return seal === 'signed' || !firstSigned || head.head <= (firstSigned.heads.get(head.chain) ?? 0);
}
