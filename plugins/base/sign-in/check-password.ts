import { hash } from 'node:crypto';
import { equals, hostOf, type Runtime } from '../../../src/index.ts';
import { baseErrors } from '../errors.ts';
import { type LoadedUser, loadUser } from '../load-user.ts';
import { password as passwordModel } from '../models/password.ts';
import { totp as totpModel } from '../models/totp.ts';
import { matchesPassword } from '../passwords/hash-password.ts';
import { createTurns } from '../passwords/turns.ts';
import { fromEverywhere, fromOneAddress } from './attempt-limits.ts';
import { attemptSucceeded, beginAttempt, type Counted } from './attempts.ts';

/** What became of a typed password. `reason` is for the log alone: who typed it learns no more than that it is refused. */
export type PasswordVerdict =
  | { readonly ok: true; readonly user: LoadedUser; readonly hasSecondFactor: boolean }
  /** `login`: where there is a user of this login. */
  | { readonly ok: false; readonly reason: PasswordRefusal; readonly login: string | undefined };

export type PasswordRefusal = 'unknown-login' | 'disabled' | 'no-password' | 'wrong-password' | 'too-many-attempts';

export interface PasswordClaim {
  readonly login: string;
  readonly password: string;
  /** Normalized, as in a Call. */
  readonly address: string;
}

/** Checks of passwords that one instance makes at a time, and those that may wait for it, in all and from one host. */
const atOnce = 2;
const waiting = 100;
const ofEach = 20;
/** Logins that do not exist are counted in so many rows at most. */
const strangers = 4_096;

/**
 * Checks passwords. Every check does the same reads, counts and slow hash, whether the login exists, is disabled, has a
 * password, or is locked, so neither answer nor time tells which. Rejects with SIGN_IN_BUSY where too many wait.
 */
export function createPasswordCheck(runtime: Runtime): (claim: PasswordClaim) => Promise<PasswordVerdict> {
  const turns = createTurns({ atOnce, waiting, ofEach, whenFull: () => baseErrors.SIGN_IN_BUSY() });
  return claim => turns.run(hostOf(claim.address), () => check(runtime, claim));
}

async function check(runtime: Runtime, { login, password, address }: PasswordClaim): Promise<PasswordVerdict> {
  const find = async (model: string, field: string, value: string) =>
    (await runtime.store.find({ model, where: equals(field, value), limit: 1 }))[0];
  const user = await find('base.user', 'login', login);
  const id = user?.id ?? noId;
  const [stored, totp] = [await find(passwordModel.name, 'id', id), await find(totpModel.name, 'id', id)];
  const counted = countedBy({ account: user ? id : strangerOf(login), address });
  // Both are asked in any case: the work must not depend on the answer.
  const isOpen = (await Promise.all(counted.map(by => beginAttempt(runtime, by)))).every(Boolean);
  const isRight = await matchesPassword(password, stored && String(stored.hash));
  const refused = (reason: PasswordRefusal) => ({ ok: false, reason, login: user && login }) as const;
  if (!isOpen) return refused('too-many-attempts');
  if (!user) return refused('unknown-login');
  if (!stored) return refused('no-password');
  if (!isRight) return refused('wrong-password');
  // From here on the owner is known: the rest of the work, the groups, need not be hidden.
  const loaded = await loadUser(runtime, id);
  if (!loaded?.isActive) return refused('disabled');
  for (const by of counted) await attemptSucceeded(runtime, by);
  return { ok: true, user: loaded, hasSecondFactor: totp !== undefined };
}

/** An id that no record has. */
const noId = '0'.repeat(24);

function countedBy({ account, address }: { account: string; address: string }): Counted[] {
  return [
    { limit: fromOneAddress, by: `password ${account} ${hostOf(address)}` },
    { limit: fromEverywhere, by: `password ${account}` },
  ];
}

function strangerOf(login: string): string {
  return `stranger ${Number.parseInt(hash('sha256', login).slice(0, 8), 16) % strangers}`;
}
