import { LRUCache } from 'lru-cache';
import type { Principal } from '../model/principal.ts';
import type { SessionChannel } from './mcp-binding.ts';

/*
 * The sessions of the 2025 revisions: what a server keeps between `initialize` and the end, because tools may ask the
 * client something while they run. They decide nothing: every request is authenticated and goes through the gate by
 * itself, and a session is found only by the credential that opened it.
 *
 * Several instances need no stickiness: an id that an instance does not know, but that has the form of ours, is
 * answered like a request without a session as long as it needs no conversation (`lookup`: `elsewhere`).
 */

export interface ProtocolSession {
  readonly id: string;
  readonly credential: string;
  /** Whose credential that is: the id of the user. */
  readonly user: string;
  readonly channel: SessionChannel;
  readonly client: { readonly name: string; readonly version: string };
  /** ms since the epoch. */
  lastUsed: number;
  /** Streams that are open; a session with one is not idle. */
  streams: number;
}

export type SessionLookup =
  | { readonly kind: 'open'; readonly session: ProtocolSession }
  /** Perhaps another instance's, or one that has been idle here. */
  | { readonly kind: 'elsewhere' }
  /** Ended, somebody else's, or no id of ours. */
  | { readonly kind: 'unknown' };

export interface ProtocolSessions {
  /** A fresh id, impossible to guess. */
  newId(): string;
  /** Whether an id has the form of ours. */
  isOurs(id: string): boolean;
  lookup(id: string, principal: Principal): SessionLookup;
  /** What the session's client called itself at the beginning; the owner is not checked. */
  clientOf(id: string): ProtocolSession['client'] | undefined;
  /** Where there is no room, a longest unused session ends: the credential's own, or one of the user with the most. */
  add(session: Pick<ProtocolSession, 'id' | 'channel' | 'client'> & { principal: Principal }): Promise<ProtocolSession>;
  end(session: ProtocolSession): Promise<void>;
  /** Ends those that have been idle too long. */
  sweep(): Promise<void>;
  all(): Iterable<ProtocolSession>;
}

const sessionLimits = {
  /** On this instance. */
  total: 1000,
  perCredential: 100,
  /** ms. */
  idle: 30 * 60_000,
  /** Ended ids that are remembered. */
  ended: 10_000,
} as const;

export function createProtocolSessions(parts: {
  now: () => number;
  randomBytes: (size: number) => Buffer;
  limits?: { readonly [K in keyof typeof sessionLimits]: number };
}): ProtocolSessions {
  const { now, randomBytes, limits = sessionLimits } = parts;
  /** The longest unused first. */
  const sessions = new Map<string, ProtocolSession>();
  const ended = new LRUCache<string, true>({ max: limits.ended });

  async function drop(session: ProtocolSession): Promise<void> {
    if (sessions.delete(session.id)) await session.channel.close();
  }

  /**
   * Makes room: the credential's own oldest session goes first, then the oldest of whoever has the most, so that nobody
   * crowds out others, with however many credentials.
   */
  async function makeRoom({ credential, user }: Pick<ProtocolSession, 'credential' | 'user'>): Promise<void> {
    const all = [...sessions.values()];
    const own = all.filter(session => session.credential === credential);
    const oldest = own.length >= limits.perCredential ? own[0] : undefined;
    const victim = oldest ?? (all.length >= limits.total ? oldestOfTheMost(all, user) : undefined);
    if (victim) await drop(victim);
  }

  return {
    newId: () => `gs_${randomBytes(24).toString('base64url')}`,
    isOurs: id => ownForm.test(id),
    lookup(id, principal) {
      const session = sessions.get(id);
      if (!session) return { kind: ended.has(id) || !ownForm.test(id) ? 'unknown' : 'elsewhere' };
      if (session.credential !== ownerOf(principal)) return { kind: 'unknown' };
      session.lastUsed = now();
      sessions.delete(id);
      sessions.set(id, session);
      return { kind: 'open', session };
    },
    clientOf: id => sessions.get(id)?.client,
    async add({ principal, ...parts }) {
      const owner = { credential: ownerOf(principal), user: principal.user.id };
      const session: ProtocolSession = { ...parts, ...owner, lastUsed: now(), streams: 0 };
      const roomMade = makeRoom(owner);
      // Before anything is waited for: of many that begin at once, each counts those before it.
      sessions.set(session.id, session);
      await roomMade;
      return session;
    },
    async end(session) {
      ended.set(session.id, true);
      await drop(session);
    },
    async sweep() {
      const limit = now() - limits.idle;
      for (const session of [...sessions.values()]) {
        if (session.streams === 0 && session.lastUsed < limit) await drop(session);
      }
    },
    all: () => sessions.values(),
  };
}

const ownForm = /^gs_[A-Za-z0-9_-]{32}$/;

function ownerOf({ credential }: Principal): string {
  return `${credential.kind} ${credential.id}`;
}

/** Of the user with the most sessions, whoever begins one counted with it; the first of `sessions` among several such. */
function oldestOfTheMost(sessions: readonly ProtocolSession[], beginner: string): ProtocolSession | undefined {
  const byUser = Map.groupBy(sessions, ({ user }) => user);
  const countOf = (user: string) => (byUser.get(user)?.length ?? 0) + (user === beginner ? 1 : 0);
  const most = Math.max(...[...byUser.keys()].map(countOf));
  return sessions.find(({ user }) => countOf(user) === most);
}
