import { hash } from 'node:crypto';
import type { Row, StoredValue } from '../../../src/index.ts';
import type { Signer } from './signer.ts';

/*
 * What is known about a chain, kept apart from it:
 *
 *   security.audit-head   one when a chain begins, one a day, one when it ends: never changed, each names the one before
 *                         and the newest tip of every other chain
 *   security.audit-tip    one a chain, brought up to date every second: its newest entry and its newest head
 */

/** The newest entry and the newest head of a chain. */
export interface Tip {
  readonly chain: string;
  /** 0: no entry yet. */
  readonly sequence: number;
  /** Of that entry. */
  readonly hash: string;
  /** 0: no head yet. */
  readonly head: number;
  /** Of that head. */
  readonly headHash: string;
}

/** `end`: a write failed, and nobody knows what of it was stored. `retention`: old entries were taken out. */
export type HeadKind = 'begin' | 'daily' | 'stop' | 'end' | 'retention';

/** One head of a chain. */
export interface Head extends Tip {
  readonly kind: HeadKind;
  /** ISO 8601. */
  readonly time: string;
  /** The hash of the head before; 64 zeros for the first. */
  readonly previous: string;
  /** `end`: the last entry of the write that failed; entries up to it may be there. */
  readonly attempted: number | null;
  /** The tips of all other chains, as far as they were known. */
  readonly others: readonly Tip[];
  /** `retention`: up to these tips, entries and heads are taken out. */
  readonly removed: readonly Removed[];
}

export interface Removed extends Tip {
  /** Entries taken out this time. */
  readonly count: number;
  /** ISO 8601: they are from before. */
  readonly before: string;
}

/** What is signed. Part of the format: only a new version of it may be another. */
function headText(head: Omit<Head, 'headHash'>): string {
  const { kind, time, chain, head: number, previous, sequence, attempted } = head;
  const others = head.others.map(tipList);
  const removed = head.removed.map(part => [...tipList(part), part.count, part.before]);
  return JSON.stringify([
    'head 1',
    kind,
    time,
    chain,
    number,
    previous,
    sequence,
    head.hash,
    attempted,
    others,
    removed,
  ]);
}

function tipText(tip: Tip, time: string): string {
  return JSON.stringify(['tip 1', time, ...tipList(tip)]);
}

function tipList({ chain, sequence, hash: entryHash, head, headHash }: Tip): (string | number)[] {
  return [chain, sequence, entryHash, head, headHash];
}

type Values = Readonly<Record<string, StoredValue>>;

/** A head as it is stored. Its hash covers the signature, too: a head that is stripped of it is another head. */
export function headRow(head: Omit<Head, 'headHash'>, signer: Signer | undefined): { row: Values; headHash: string } {
  const text = headText(head);
  const signature = signer?.sign(text) ?? null;
  const headHash = hash('sha256', `${text}${signature ?? ''}`);
  const { kind, time, chain, head: number, previous, sequence, attempted } = head;
  const row = {
    kind,
    time,
    chain,
    number,
    previous,
    sequence,
    entry_hash: head.hash,
    attempted,
    others: head.others.map(tipList),
    removed: head.removed.map(part => [...tipList(part), part.count, part.before]),
    hash: headHash,
    signature,
    signed_with: signer?.keyId ?? null,
  };
  return { row, headHash };
}

/** A tip as it is stored; its row bears the id of the chain. */
export function tipRow(tip: Tip, time: string, signer: Signer | undefined): Values {
  return {
    time,
    sequence: tip.sequence,
    entry_hash: tip.hash,
    head: tip.head,
    head_hash: tip.headHash,
    signature: signer?.sign(tipText(tip, time)) ?? null,
    signed_with: signer?.keyId ?? null,
  };
}

/** Who vouches for a stored head or tip. `unchecked`: signed, but not with a key that is known here. */
export type Seal = 'signed' | 'unsigned' | 'unchecked' | 'forged';

/** A stored head, and whether it is what was written. undefined: it is none at all. */
export function readHead(row: Row, signer: Signer | undefined): { head: Head; seal: Seal } | undefined {
  const others = tipsOf(row.others);
  const removed = removedOf(row.removed);
  const { kind, time, chain, number, previous, sequence, entry_hash: entryHash, attempted } = row;
  if (!others || !removed || !isKind(kind) || !isText(time, chain, previous, entryHash, row.hash)) return undefined;
  if (!isCount(number) || !isCount(sequence) || !(attempted === null || isCount(attempted))) return undefined;
  const head: Head = {
    kind,
    time: String(time),
    chain: String(chain),
    head: Number(number),
    headHash: String(row.hash),
    previous: String(previous),
    sequence: Number(sequence),
    hash: String(entryHash),
    attempted: attempted === null ? null : Number(attempted),
    others,
    removed,
  };
  const text = headText(head);
  const isWhole = hash('sha256', `${text}${row.signature ?? ''}`) === head.headHash && row.version === 1;
  return { head, seal: isWhole ? sealOf(text, row, signer) : 'forged' };
}

/** A stored tip, and whether it is what was written. undefined: it is none at all. */
export function readTip(row: Row, signer: Signer | undefined): { tip: Tip; time: string; seal: Seal } | undefined {
  const { id: chain, time, sequence, entry_hash: entryHash, head, head_hash: headHash } = row;
  if (!isText(time, entryHash, headHash) || !isCount(sequence) || !isCount(head)) return undefined;
  const tip = {
    chain,
    sequence: Number(sequence),
    hash: String(entryHash),
    head: Number(head),
    headHash: String(headHash),
  };
  return { tip, time: String(time), seal: sealOf(tipText(tip, String(time)), row, signer) };
}

function sealOf(text: string, { signature, signed_with: keyId }: Row, signer: Signer | undefined): Seal {
  if (signature === null && keyId === null) return 'unsigned';
  if (typeof signature !== 'string' || typeof keyId !== 'string') return 'forged';
  if (keyId !== signer?.keyId) return 'unchecked';
  return signer.isSigned(text, signature) ? 'signed' : 'forged';
}

const kinds: ReadonlySet<unknown> = new Set<HeadKind>(['begin', 'daily', 'stop', 'end', 'retention']);

function isKind(value: unknown): value is HeadKind {
  return kinds.has(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isText(...values: readonly unknown[]): boolean {
  return values.every(value => typeof value === 'string');
}

function tipsOf(value: unknown): Tip[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const tips = value.flatMap(part => tipIn(part) ?? []);
  return tips.length === value.length ? tips : undefined;
}

function removedOf(value: unknown): Removed[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const parts = value.flatMap((part): Removed[] => {
    const tip = tipIn(part);
    const [count, before] = Array.isArray(part) ? part.slice(5) : [];
    return tip && isCount(count) && typeof before === 'string' ? [{ ...tip, count: Number(count), before }] : [];
  });
  return parts.length === value.length ? parts : undefined;
}

function tipIn(value: unknown): Tip | undefined {
  if (!Array.isArray(value)) return undefined;
  const [chain, sequence, entryHash, head, headHash]: unknown[] = value;
  if (!isText(chain, entryHash, headHash) || !isCount(sequence) || !isCount(head)) return undefined;
  return {
    chain: String(chain),
    sequence: Number(sequence),
    hash: String(entryHash),
    head: Number(head),
    headHash: String(headHash),
  };
}
