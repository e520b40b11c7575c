import { hash } from 'node:crypto';
import type { AuditContent } from './audit-row.ts';

/*
 * Each writing instance has a chain of its own: entry n holds the hash of entry n-1, so an entry that is edited, taken
 * out or moved breaks it there. After a failed write, of which nobody knows what was stored, a new chain begins.
 *
 *   previous ─┐
 *   content ──┴─► SHA-256(JSON of [chain, sequence, previous, content…]) = hash ──► previous of the next
 */

/** An entry's place in its chain. */
export interface Link {
  readonly chain: string;
  /** From 1. */
  readonly sequence: number;
  /** The hash of the entry before; 64 zeros for the first. */
  readonly previous: string;
}

/** What is hashed, in this order. Part of the format: it never changes, only a new version of it may. */
const hashed = [
  'time',
  'call_id',
  'transport',
  'method',
  'tool',
  'model',
  'models',
  'record_ids',
  'fields',
  'domain',
  'credential_kind',
  'credential_id',
  'credential_label',
  'user_id',
  'user_login',
  'session_id',
  'address',
  'client_name',
  'client_version',
  'user_agent',
  'outcome',
  'stage',
  'code',
  'reason',
  'touched',
  'duration_us',
] as const satisfies readonly (keyof AuditContent)[];

export const genesis = '0'.repeat(64);

/** The hash of an entry: of what the store gives back it is the same as when it was written. */
export function entryHash(entry: Readonly<Record<string, unknown>>): string {
  const values = hashed.map(name => entry[name] ?? null);
  return hash('sha256', JSON.stringify([entry.chain, entry.sequence, entry.previous, ...values]));
}

/** Gives entries their places, one after the other. */
export interface Chain {
  add(content: AuditContent): AuditContent & Link & { readonly hash: string };
}

export function createChain(id: string): Chain {
  let sequence = 0;
  let previous = genesis;
  return {
    add(content) {
      sequence += 1;
      const linked = { ...content, chain: id, sequence, previous };
      const entry = { ...linked, hash: entryHash(linked) };
      previous = entry.hash;
      return entry;
    },
  };
}
