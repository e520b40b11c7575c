import { z } from 'zod';
import { all, equals, type Row, type Runtime, type WriteOperation } from '../../../src/index.ts';

const openSlot = z.object({ session: z.string(), client: z.string(), startedAt: z.number() });
const endedClient = z.object({ client: z.string(), until: z.number(), closed: z.literal(true).optional() });
const stored = z.object({ open: z.array(openSlot), ended: z.array(endedClient) });

/** One open session of a credential. `client`: the SHA-256 of its client key; `startedAt`: ms since the epoch. */
export type Slot = z.infer<typeof openSlot>;
/** A client that gets no session before `until`, ms since the epoch. `closed`: it has given up its own. */
export type EndedClient = z.infer<typeof endedClient>;

/** The sessions of one credential as they were when read. */
export interface Slots {
  readonly credentialId: string;
  /** undefined: nothing is stored yet. */
  readonly version: number | undefined;
  readonly open: readonly Slot[];
  readonly ended: readonly EndedClient[];
}

const model = 'security.session-slots';

export async function readSlots(runtime: Runtime, credentialId: string): Promise<Slots> {
  const [row] = await runtime.store.find({ model, where: equals('id', credentialId), limit: 1 });
  return row ? slotsOf(row) : { credentialId, version: undefined, open: [], ended: [] };
}

/** Throws where the document is not readable: a limit that cannot be counted must not be passed. */
export function slotsOf(row: Row): Slots {
  const { open, ended } = stored.parse(row);
  return { credentialId: row.id, version: row.version, open, ended };
}

/**
 * The one write that replaces what was read with something else. It fails (STORE_CONFLICT, VALUE_NOT_UNIQUE) where
 * anybody has written in between, so of several that counted the same sessions only one goes through.
 */
export function replaceSlots(
  read: Slots,
  next: { open: readonly Slot[]; ended: readonly EndedClient[] },
): WriteOperation {
  const set = { open: next.open.map(slot => ({ ...slot })), ended: next.ended.map(client => ({ ...client })) };
  if (read.version === undefined) return { kind: 'insert', model, row: { id: read.credentialId, ...set } };
  const where = all(equals('id', read.credentialId), equals('version', read.version));
  return { kind: 'update', model, where, set, expect: 1 };
}
