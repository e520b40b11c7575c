import { equals, hasCode, type Runtime, recordStamp } from '../../../src/index.ts';
import type { LoadedUser } from '../load-user.ts';
import { password as model } from '../models/password.ts';
import { hashPassword, saltLength } from './hash-password.ts';
import { checkPassword } from './password-rules.ts';

/**
 * Gives a user a password, in place of an earlier one; browser sessions that were begun with that one end. Throws
 * PASSWORD_WEAK.
 */
export async function setPassword(input: {
  readonly runtime: Runtime;
  readonly owner: LoadedUser;
  readonly password: string;
}): Promise<void> {
  const { runtime, owner, password } = input;
  await checkPassword(password, { ...owner.user, email: owner.email });
  const stamp = recordStamp(runtime);
  const values = {
    hash: await hashPassword(password, runtime.randomBytes(saltLength)),
    changed_at: stamp.updatedAt,
  };
  const { id } = owner.user;
  try {
    await runtime.store.write([{ kind: 'insert', model: model.name, row: { id, ...values, ...stamp } }]);
  } catch (thrown) {
    if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
    const { updatedAt, updatedBy } = stamp;
    const set = { ...values, updatedAt, updatedBy };
    await runtime.store.write([{ kind: 'update', model: model.name, where: equals('id', id), set }]);
  }
}

/** When the user got the password, ISO 8601 in UTC; undefined: there is none. */
export async function passwordChangedAt(runtime: Runtime, userId: string): Promise<string | undefined> {
  const [row] = await runtime.store.find({ model: model.name, where: equals('id', userId), limit: 1 });
  return row && String(row.changed_at);
}

/** A random password of 100 bits, in groups that are easy to copy by hand. */
export function generatePassword(runtime: Runtime): string {
  const letters = Array.from(runtime.randomBytes(20), byte => alphabet[byte % alphabet.length]).join('');
  return letters.replaceAll(/.{5}(?=.)/g, '$&-');
}

/** 32 of them, so that every byte is as good as any other; none that looks like another. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
