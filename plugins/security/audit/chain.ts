import { hash } from 'node:crypto';
import type { AuditContent } from './audit-row.ts';

/*
 * Each writing instance has a chain of its own: entry n holds the hash of entry n-1, so an entry that is edited, taken
 * out or moved breaks it there. After a failed write, of which nobody knows what was stored, a new chain begins.
 *
 *   previous ─┐
 *   content ──┴─► SHA-256(JSON of [id, chain, sequence, previous, content…]) = hash ──► previous of the next
 *
 * Heads (head.ts) keep how far each chain has come, so that what is cut off at its end, or taken out whole, is missed.
 */

/** An entry with its place in its chain. */
export type ChainedEntry = AuditContent & {
  readonly id: string;
  readonly chain: string;
  /** From 1. */
  readonly sequence: number;
  /** The hash of the entry before; 64 zeros for the first. */
  readonly previous: string;
  readonly hash: string;
};

/** How far a chain has come: its newest entry, or nothing yet. */
export interface Place {
  readonly sequence: number;
  readonly hash: string;
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
  'unlisted',
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

/** What entries have had only later: hashed after the rest, with its name, where it is there. Older ones keep their hash. */
const hashedIfThere = ['trace_id'] as const satisfies readonly (keyof AuditContent)[];

export const genesis = '0'.repeat(64);

/** The hash of an entry: of what the store gives back it is the same as when it was written. */
export function entryHash(entry: Readonly<Record<string, unknown>>): string {
  const values: unknown[] = [entry.id, entry.chain, entry.sequence, entry.previous];
  for (const name of hashed) values.push(entry[name] ?? null);
  for (const name of hashedIfThere) if ((entry[name] ?? null) !== null) values.push(name, entry[name]);
  return hash('sha256', JSON.stringify(values));
}

/** Gives entries their places, one after the other. */
export interface Chain {
  readonly id: string;
  add(entry: AuditContent & { readonly id: string }): ChainedEntry;
  place(): Place;
}

export function createChain(id: string): Chain {
  let place: Place = { sequence: 0, hash: genesis };
  return {
    id,
    place: () => place,
    add(content) {
      const entry = { ...content, chain: id, sequence: place.sequence + 1, previous: place.hash, hash: '' };
      entry.hash = entryHash(entry);
      place = { sequence: entry.sequence, hash: entry.hash };
      return entry;
    },
  };
}
