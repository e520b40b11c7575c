import { Secret, TOTP } from 'otpauth';
import { all, compare, equals, type Row, type Runtime } from '../../../src/index.ts';
import { totp } from '../models/totp.ts';
import { secondFactor } from './attempt-limits.ts';
import { attemptSucceeded, beginAttempt } from './attempts.ts';
import { period } from './enrolment.ts';
import { useRecoveryCode } from './recovery-codes.ts';

/** What became of a typed code. `reason` is for the log alone. */
export type CodeVerdict =
  | { readonly ok: true; readonly kind: 'one-time code' | 'recovery code' }
  | { readonly ok: false; readonly reason: CodeRefusal };

export type CodeRefusal = 'not-enrolled' | 'wrong-code' | 'used-code' | 'too-many-attempts';

/** Steps that the clock of the app may be off, either way. */
const window = 1;

/** Checks a one-time or a recovery code and uses it up: of several who bring the same code, one gets through. */
export async function checkCode(runtime: Runtime, input: { userId: string; code: string }): Promise<CodeVerdict> {
  const { userId } = input;
  const code = input.code.slice(0, 100).replaceAll(/[\s-]/g, '').toUpperCase();
  const [enrolment] = await runtime.store.find({ model: totp.name, where: equals('id', userId), limit: 1 });
  if (!enrolment) return { ok: false, reason: 'not-enrolled' };
  const counted = { limit: secondFactor, by: `second factor ${userId}` };
  if (!(await beginAttempt(runtime, counted))) return { ok: false, reason: 'too-many-attempts' };
  const verdict = /^\d{6}$/.test(code)
    ? await checkOneTimeCode(runtime, { enrolment, code })
    : await checkRecoveryCode(runtime, { userId, code });
  if (verdict.ok) await attemptSucceeded(runtime, counted);
  return verdict;
}

async function checkOneTimeCode(runtime: Runtime, input: { enrolment: Row; code: string }): Promise<CodeVerdict> {
  const { enrolment, code } = input;
  const timestamp = runtime.now();
  const secret = Secret.fromBase32(String(enrolment.secret));
  const delta = new TOTP({ secret, period }).validate({ token: code, timestamp, window });
  if (delta === null) return { ok: false, reason: 'wrong-code' };
  const step = Math.floor(timestamp / 1_000 / period) + delta;
  // Neither this code nor an older one a second time: RFC 6238, 5.2.
  const isUnused = compare('last_step', '<', step);
  const where = all(equals('id', enrolment.id), isUnused);
  const [used] = await runtime.store.write([{ kind: 'update', model: totp.name, where, set: { last_step: step } }]);
  return used?.matched === 1 ? { ok: true, kind: 'one-time code' } : { ok: false, reason: 'used-code' };
}

async function checkRecoveryCode(runtime: Runtime, input: { userId: string; code: string }): Promise<CodeVerdict> {
  const isUsed = await useRecoveryCode(runtime, input);
  return isUsed ? { ok: true, kind: 'recovery code' } : { ok: false, reason: 'wrong-code' };
}
