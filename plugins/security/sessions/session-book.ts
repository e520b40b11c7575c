import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Call, hasCode, kernelErrors, type Principal, type Runtime } from '../../../src/index.ts';
import type { CredentialLimits } from '../keys/key-limits.ts';
import type { SecuritySettings } from '../settings.ts';
import { type Admission, type Applicant, admit, type SessionLimits } from './admission.ts';
import { clientKey, statelessKey } from './client-key.ts';
import { leaveSession } from './leave-session.ts';
import { countCall, createLiveSessions, type Live, type LiveSessions } from './live-sessions.ts';
import { sessionClosed, sessionEnded, sessionLimit } from './refusals.ts';
import { endSession, insertSession, lastActivities, touchSession } from './session-rows.ts';
import { readSlots, replaceSlots, type Slot, type Slots } from './slots.ts';

/*
 *   call ──► live in memory, neither idle nor too old? ──yes──► counted, written down later
 *                │ no (one at a time for each credential)
 *                ▼
 *        slots document ──► admit ──► replaced if nobody else has in between ──► session record
 *                ▲                         │ somebody has
 *                └─────────────────────────┘
 */

/** The sessions that this instance serves. */
export interface SessionBook extends Pick<LiveSessions, 'dropEndedByHand' | 'flush'> {
  /** The session of this call; begins one where there is none. Throws SESSION_LIMIT, SESSION_ENDED, SESSION_CLOSED, STORE_UNAVAILABLE. */
  enter(input: Entering): Live | Promise<Live>;
  /** Ends the session of a client that gives it up itself. */
  leave(input: Pick<Entering, 'call' | 'principal'>): Promise<void>;
  /** Throws as `enter` would at that time, by what is stored; nothing begins or ends. */
  look(input: Entering, now: number): Promise<void>;
}

export interface Entering {
  readonly call: Call;
  readonly principal: Principal;
  readonly limits: CredentialLimits;
}

const maxFull = 50_000;
/** Tries to replace the slots; each failure means that somebody else got through. */
const maxTries = 100;
/** ms for which a full credential is not asked again whether a new client fits in. */
const fullFor = 1_000;
/** ms that what another instance has written about a session may be behind. */
const flushLag = 10_000;

export function createSessionBook(parts: {
  readonly runtime: Runtime;
  readonly settings: SecuritySettings['sessions'];
}): SessionBook {
  const { runtime, settings } = parts;
  const live = createLiveSessions(runtime);
  const full = new LRUCache<string, { until: number; limit: number; clients: ReadonlySet<string> }>({ max: maxFull });
  const queues = new Map<string, Promise<unknown>>();

  function limitsFor(own: CredentialLimits): SessionLimits {
    return {
      limit: own.maxSessions ?? settings.limit,
      idle: own.sessionIdle ?? settings.idleMinutes * 60_000,
      maxAge: own.sessionMaxAge ?? settings.maxHours * 3_600_000,
      whenFull: settings.whenFull,
      refusal: settings.endedMinutes * 60_000,
    };
  }

  function applicantIn(call: Call): Applicant {
    return {
      client: hash('sha256', clientKey(call)),
      before: call.client.sessionId === undefined ? undefined : hash('sha256', statelessKey(call)),
      newId: runtime.newId(),
    };
  }

  /** What the stored slots say of an applicant at that time. */
  async function consider(input: { entering: Entering; applicant: Applicant; clock: () => number }) {
    const { entering, applicant } = input;
    const slots = await readSlots(runtime, entering.principal.credential.id);
    const written = await lastActivities(
      runtime,
      slots.open.map(({ session }) => session),
    );
    const lastActivity = ({ session, startedAt }: Slot): number => {
      const here = live.withId(session)?.lastActivity;
      const there = written.get(session);
      return Math.max(startedAt, here ?? 0, there === undefined ? 0 : there + (here === undefined ? flushLag : 0));
    };
    const now = input.clock();
    const admission = admit({ slots, applicant, limits: limitsFor(entering.limits), lastActivity, now });
    return { slots, admission, now };
  }

  /** Looks at the stored slots until the decision about them could be written. */
  async function decide(entering: Entering): Promise<Live> {
    const { id: credentialId } = entering.principal.credential;
    const applicant = applicantIn(entering.call);
    const crowd = full.get(credentialId);
    const isOpenSomewhere = crowd?.clients.has(applicant.client) || crowd?.clients.has(applicant.before ?? '');
    if (crowd && !isOpenSomewhere && crowd.until > runtime.now()) throw sessionLimit(crowd.limit);
    for (let tries = 1; tries <= maxTries; tries += 1) {
      const { slots, admission, now } = await consider({ entering, applicant, clock: runtime.now });
      if (!(await apply({ entering, slots, admission, now }))) continue;
      return conclude({ entering, slots, admission, now });
    }
    throw kernelErrors.STORE_CONFLICT({ detail: `the sessions of ${credentialId} change too fast` });
  }

  /** False where somebody has changed the slots in between: nothing is written then. */
  async function apply(input: {
    entering: Entering;
    slots: Slots;
    admission: Admission;
    now: number;
  }): Promise<boolean> {
    const { entering, slots, admission, now } = input;
    if (!admission.next) return true;
    try {
      await runtime.store.write([replaceSlots(slots, admission.next)]);
    } catch (thrown) {
      if (hasCode(thrown, 'STORE_CONFLICT') || hasCode(thrown, 'VALUE_NOT_UNIQUE')) return false;
      throw thrown;
    }
    const { verdict, endings } = admission;
    const writes = endings.map(({ slot, reason }) => endSession({ id: slot.session, time: now, reason }));
    if (verdict.kind === 'started') {
      const { call, principal } = entering;
      writes.push(insertSession({ runtime, call, principal, id: verdict.slot.session, startedAt: now }));
    }
    if (writes.length > 0) await runtime.store.write(writes, { atomic: false });
    for (const { slot } of endings) live.drop(slot.session);
    return true;
  }

  function conclude(input: { entering: Entering; slots: Slots; admission: Admission; now: number }): Live {
    const { entering, slots, now } = input;
    const { verdict } = input.admission;
    const credentialId = slots.credentialId;
    if (verdict.kind === 'ended') throw sessionEnded(verdict.wait);
    if (verdict.kind === 'closed') throw sessionClosed();
    if (verdict.kind === 'full') {
      const clients = new Set(slots.open.map(({ client }) => client));
      full.set(credentialId, { until: now + fullFor, limit: verdict.limit, clients });
      throw sessionLimit(verdict.limit);
    }
    const { session: id, startedAt } = verdict.slot;
    const known = live.withId(id);
    const key = liveKey(entering);
    // A client that has got a protocol session since is found by that from now on.
    if (known && known.key !== key) live.drop(id);
    const session: Live = known
      ? { ...known, key }
      : { id, credentialId, key, startedAt, lastActivity: now, requests: 0, isBusy: false, addresses: new Set() };
    live.keep(session);
    return session;
  }

  /** One decision at a time for each credential: callers here do not fight each other for the document. */
  function queue<T>(credentialId: string, run: () => Promise<T>): Promise<T> {
    const before = queues.get(credentialId) ?? Promise.resolve();
    const result = before.then(run, run);
    const done = result
      .catch(() => {})
      .then(() => {
        if (queues.get(credentialId) === done) queues.delete(credentialId);
      });
    queues.set(credentialId, done);
    return result;
  }

  /** The session in memory, where it may go on without a look at the store. */
  function current(entering: Entering, now: number): Live | undefined {
    const session = live.found(liveKey(entering));
    if (!session) return undefined;
    const { idle, maxAge } = limitsFor(entering.limits);
    const isOver = session.lastActivity + idle <= now || session.startedAt + maxAge <= now;
    return isOver ? undefined : session;
  }

  return {
    enter(entering) {
      const now = runtime.now();
      const session = current(entering, now);
      if (session) return countCall(session, entering.call, now);
      const { credential } = entering.principal;
      return queue(credential.id, async () => {
        const time = runtime.now();
        return countCall(current(entering, time) ?? (await decide(entering)), entering.call, time);
      });
    },
    leave({ call, principal }) {
      const { id: credentialId } = principal.credential;
      return queue(credentialId, async () => {
        await leaveSession({ runtime, credentialId, client: hash('sha256', clientKey(call)) });
        const session = live.found(liveKey({ call, principal }));
        if (session) {
          live.drop(session.id);
          await runtime.store.write([touchSession({ ...session, addresses: [...session.addresses] })]);
        }
        full.delete(credentialId);
      });
    },
    async look(entering, now) {
      const applicant = applicantIn(entering.call);
      const { admission } = await consider({ entering, applicant, clock: () => now });
      if (admission.verdict.kind === 'closed') throw sessionClosed();
      if (admission.verdict.kind === 'ended') throw sessionEnded(admission.verdict.wait);
      if (admission.verdict.kind === 'full') throw sessionLimit(admission.verdict.limit);
    },
    dropEndedByHand: live.dropEndedByHand,
    flush: live.flush,
  };
}

function liveKey({ call, principal }: Pick<Entering, 'call' | 'principal'>): string {
  return `${principal.credential.id} ${clientKey(call)}`;
}
