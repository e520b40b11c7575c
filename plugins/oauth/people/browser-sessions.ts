import { hash } from 'node:crypto';
import { all, any, compare, equals, isoTime, type Row, type Runtime, recordStamp } from '../../../src/index.ts';
import { type LoadedUser, loadUser, passwordChangedAt } from '../../base/plugin.ts';
import { browserSession } from '../models/browser-session.ts';
import type { SignInSettings } from './sign-in-settings.ts';

/** Somebody at a browser, as far as is known. */
export interface BrowserSession {
  readonly id: string;
  readonly user: LoadedUser;
  /** False: the password was right, and a code is to follow. Nothing else may be done with it. */
  readonly isComplete: boolean;
  /** The authorization request that it was begun for. */
  readonly signedInFor: string | undefined;
}

const model = browserSession.name;
/** ms for the second factor, once the password was right. */
const codeTime = 10 * 60_000;
/** ms between two write-downs of a visit. */
const noteEvery = 60_000;

/** Begins a session for a token that the browser was given just now. */
export async function beginSession(input: {
  readonly runtime: Runtime;
  readonly settings: SignInSettings;
  readonly token: string;
  readonly userId: string;
  readonly isComplete: boolean;
  readonly signedInFor: string | undefined;
}): Promise<void> {
  const { runtime, settings, token, userId, isComplete, signedInFor = null } = input;
  const now = runtime.now();
  const row = {
    id: runtime.newId(),
    token_hash: hashOf(token),
    user: userId,
    is_complete: isComplete,
    signed_in_for: signedInFor,
    started_at: isoTime(now),
    seen_at: isoTime(now),
    expires_at: isoTime(now + (isComplete ? settings.maxHours * 3_600_000 : codeTime)),
    ...recordStamp(runtime, userId),
  };
  await runtime.store.write([{ kind: 'insert', model, row }]);
}

/**
 * The session of a token; undefined: nobody has signed in with it, it has ended, or its user may not any more. Begun
 * before the password was changed, it has ended, too.
 */
export async function findSession(input: {
  readonly runtime: Runtime;
  readonly settings: SignInSettings;
  readonly token: string | undefined;
}): Promise<BrowserSession | undefined> {
  const { runtime, settings, token } = input;
  if (token === undefined) return undefined;
  const where = equals('token_hash', hashOf(token));
  const [row] = await runtime.store.find({ model, where, limit: 1 });
  if (!row || !isLive({ row, now: runtime.now(), settings })) return undefined;
  const userId = String(row.user);
  const [user, changedAt] = [await loadUser(runtime, userId), await passwordChangedAt(runtime, userId)];
  if (!user?.isActive || changedAt === undefined || String(row.started_at) < changedAt) return undefined;
  await noteVisit(runtime, row);
  return {
    id: row.id,
    user,
    isComplete: row.is_complete === true,
    signedInFor: typeof row.signed_in_for === 'string' ? row.signed_in_for : undefined,
  };
}

/** Ends a session; false: somebody else has. */
export async function endSession(runtime: Runtime, id: string): Promise<boolean> {
  const [removed] = await runtime.store.write([{ kind: 'remove', model, where: equals('id', id) }]);
  return removed?.matched === 1;
}

/** Deletes sessions whose time is over. */
export async function dropOldSessions(runtime: Runtime, settings: SignInSettings): Promise<void> {
  const now = runtime.now();
  const where = any(
    compare('expires_at', '<=', isoTime(now)),
    compare('seen_at', '<=', isoTime(now - settings.idleMinutes * 60_000)),
  );
  await runtime.store.write([{ kind: 'remove', model, where }], { atomic: false });
}

function isLive({ row, now, settings }: { row: Row; now: number; settings: SignInSettings }): boolean {
  const isIdle = Date.parse(String(row.seen_at)) + settings.idleMinutes * 60_000 <= now;
  return !isIdle && Date.parse(String(row.expires_at)) > now;
}

async function noteVisit(runtime: Runtime, row: Row): Promise<void> {
  const now = runtime.now();
  if (now - Date.parse(String(row.seen_at)) < noteEvery) return;
  const where = all(equals('id', row.id), compare('seen_at', '<', isoTime(now)));
  await runtime.store.write([{ kind: 'update', model, where, set: { seen_at: isoTime(now) } }]);
}

function hashOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
