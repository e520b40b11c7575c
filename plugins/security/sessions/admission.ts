import type { EndReason } from './session-rows.ts';
import type { EndedClient, Slot, Slots } from './slots.ts';

/** All times in ms. */
export interface SessionLimits {
  readonly limit: number;
  readonly idle: number;
  readonly maxAge: number;
  readonly whenFull: 'refuse' | 'endOldest';
  /** How long a client whose session was ended gets no new one. */
  readonly refusal: number;
}

export interface Applicant {
  /** SHA-256 of the client key. */
  readonly client: string;
  /** The same client before it had a protocol session; undefined: it has none. */
  readonly before: string | undefined;
  /** The id that a new session would get. */
  readonly newId: string;
}

export interface Ending {
  readonly slot: Slot;
  readonly reason: EndReason;
}

/** What becomes of a call, and of the credential's sessions. `next` undefined: they stay as they are. */
export interface Admission {
  readonly verdict:
    | { readonly kind: 'known' | 'started'; readonly slot: Slot }
    /** `wait`: ms until the client may have another. */
    | { readonly kind: 'ended'; readonly wait: number }
    /** Given up by its client, and yet used. */
    | { readonly kind: 'closed' }
    | { readonly kind: 'full'; readonly limit: number };
  readonly next: { readonly open: readonly Slot[]; readonly ended: readonly EndedClient[] } | undefined;
  readonly endings: readonly Ending[];
}

/**
 * Decides about one call of a client, from all that is known about its credential's sessions. Pure: whoever applies it
 * has to replace exactly the slots that were looked at.
 *
 * - Idle: the session has ended, and the call begins another, if there is room.
 * - Too old: the session has ended, and so says the answer to this call; the next one may begin another.
 * - With a session of the protocol: an ended one stays ended, whatever the reason; the client has to initialize anew.
 * - Pushed out by a newer one, or ended by hand: refused for the configured time, in a fresh session of the protocol too.
 */
export function admit(input: {
  readonly slots: Slots;
  readonly applicant: Applicant;
  readonly limits: SessionLimits;
  readonly lastActivity: (slot: Slot) => number;
  readonly now: number;
}): Admission {
  const { slots, applicant, limits, now } = input;
  const ended = slots.ended.filter(({ until }) => until > now);
  const refused = ended.find(({ client }) => client === applicant.client || client === applicant.before);
  if (refused?.closed) return { verdict: { kind: 'closed' }, next: undefined, endings: [] };
  if (refused) return { verdict: { kind: 'ended', wait: refused.until - now }, next: undefined, endings: [] };

  const deadReason = (slot: Slot): EndReason | undefined => {
    if (slot.startedAt + limits.maxAge <= now) return 'max_age';
    return input.lastActivity(slot) + limits.idle <= now ? 'idle' : undefined;
  };
  const endings = slots.open.flatMap(slot => {
    const reason = deadReason(slot);
    return reason ? [{ slot, reason }] : [];
  });
  const open = slots.open.filter(slot => !deadReason(slot));
  const mine = open.find(({ client }) => client === applicant.client);
  if (mine) return { verdict: { kind: 'known', slot: mine }, next: undefined, endings: [] };

  const lost = endings.find(({ slot }) => slot.client === applicant.client);
  if (lost && (lost.reason === 'max_age' || applicant.before !== undefined)) {
    const until = now + limits.refusal;
    const barred = applicant.before === undefined ? ended : remember(ended, { client: applicant.client, until });
    const wait = applicant.before === undefined ? 0 : limits.refusal;
    return { verdict: { kind: 'ended', wait }, next: { open, ended: barred }, endings };
  }
  const adopted = open.find(({ client }) => client === applicant.before);
  if (adopted) {
    const slot = { ...adopted, client: applicant.client };
    const rest = open.map(other => (other === adopted ? slot : other));
    return { verdict: { kind: 'known', slot }, next: { open: rest, ended }, endings };
  }
  return start({ open, ended, endings, applicant, limits, now });
}

function start(input: {
  open: readonly Slot[];
  ended: readonly EndedClient[];
  endings: readonly Ending[];
  applicant: Applicant;
  limits: SessionLimits;
  now: number;
}): Admission {
  const { open, ended, endings, applicant, limits, now } = input;
  const slot = { session: applicant.newId, client: applicant.client, startedAt: now };
  const surplus = open.length + 1 - limits.limit;
  if (surplus <= 0) return { verdict: { kind: 'started', slot }, next: { open: [...open, slot], ended }, endings };
  if (limits.whenFull === 'refuse') {
    return { verdict: { kind: 'full', limit: limits.limit }, next: undefined, endings: [] };
  }
  const oldest = [...open].sort((a, b) => a.startedAt - b.startedAt).slice(0, surplus);
  const until = now + limits.refusal;
  return {
    verdict: { kind: 'started', slot },
    next: {
      open: [...open.filter(other => !oldest.includes(other)), slot],
      ended: oldest.reduce((list, { client }) => remember(list, { client, until }), ended),
    },
    endings: [...endings, ...oldest.map(other => ({ slot: other, reason: 'pushed_out' as const }))],
  };
}

/** Ended clients that a credential's document holds at most; the longest-ended are forgotten first. */
export const maxEnded = 100;

function remember(list: readonly EndedClient[], ended: EndedClient): EndedClient[] {
  return [...list, ended].slice(-maxEnded);
}
