import { LRUCache } from 'lru-cache';
import { type Call, compare, oneOf, type Runtime } from '../../../src/index.ts';
import { touchSession } from './session-rows.ts';
import { slotsOf } from './slots.ts';

/** A session that is known to be open. Times in ms since the epoch. */
export interface Live {
  readonly id: string;
  readonly credentialId: string;
  /** What it is found by. */
  readonly key: string;
  readonly startedAt: number;
  lastActivity: number;
  /** Not written down yet. */
  requests: number;
  /** Its last activity and its addresses are not written down yet. */
  isBusy: boolean;
  readonly addresses: Set<string>;
}

/** The sessions that this instance knows to be open, in memory; the ones that were not used for longest make room. */
export interface LiveSessions {
  /** By its `key`. */
  found(key: string): Live | undefined;
  withId(id: string): Live | undefined;
  keep(session: Live): void;
  drop(id: string): void;
  /** Drops the sessions that were ended by hand, here or elsewhere. */
  dropEndedByHand(): Promise<void>;
  /** Writes down activity, and drops the sessions that another instance has ended. */
  flush(): Promise<void>;
}

const maxLive = 50_000;
const maxAddresses = 20;
const chunkSize = 1_000;
/** ms for which endings by hand are looked at: more than clocks differ, and than a change takes to be told. */
const endingsLookedAt = 120_000;

export function createLiveSessions(runtime: Runtime): LiveSessions {
  const byId = new Map<string, Live>();
  const byKey = new LRUCache<string, Live>({ max: maxLive, dispose: ({ id }) => byId.delete(id) });

  function drop(id: string): void {
    byKey.delete(byId.get(id)?.key ?? '');
  }

  async function dropEnded(credentialIds: readonly string[]): Promise<void> {
    for (let start = 0; start < credentialIds.length; start += chunkSize) {
      const where = oneOf('id', credentialIds.slice(start, start + chunkSize));
      const open = new Map<string, Set<string>>();
      for (const row of await runtime.store.find({ model: 'security.session-slots', where })) {
        open.set(row.id, new Set(slotsOf(row).open.map(({ session }) => session)));
      }
      for (const { id, credentialId, key } of [...byId.values()]) {
        if (open.get(credentialId)?.has(id) === false) byKey.delete(key);
      }
    }
  }

  return {
    found: key => byKey.get(key),
    withId: id => byId.get(id),
    keep(session) {
      byKey.set(session.key, session);
      byId.set(session.id, session);
    },
    drop,
    async dropEndedByHand() {
      if (byId.size === 0) return;
      const since = new Date(runtime.now() - endingsLookedAt).toISOString();
      const where = compare('time', '>=', since);
      for (const { id } of await runtime.store.find({ model: 'security.session-ending', where, fields: [] })) {
        drop(id);
      }
    },
    async flush() {
      const busy = [...byId.values()].filter(({ isBusy }) => isBusy);
      if (busy.length === 0) return;
      const taken = busy.map(session => ({ session, requests: session.requests }));
      for (const { session } of taken) {
        session.requests = 0;
        session.isBusy = false;
      }
      try {
        const writes = taken.map(({ session: { id, lastActivity, addresses }, requests }) =>
          touchSession({ id, lastActivity, requests, addresses: [...addresses] }),
        );
        await runtime.store.write(writes, { atomic: false });
      } catch (thrown) {
        for (const { session, requests } of taken) {
          session.requests += requests;
          session.isBusy = true;
        }
        throw thrown;
      }
      await dropEnded([...new Set(busy.map(({ credentialId }) => credentialId))]);
    },
  };
}

/**
 * One call more, not written down yet. A look at an open stream is none, and yet the session is in use: its client is
 * there and listens.
 */
export function countCall(session: Live, { address, isRecheck = false }: Call, now: number): Live {
  session.lastActivity = now;
  session.isBusy = true;
  if (!isRecheck) session.requests += 1;
  if (session.addresses.size < maxAddresses) session.addresses.add(address);
  return session;
}
