import { hash } from 'node:crypto';
import { Secret } from 'otpauth';
import { all, equals, type Runtime, recordStamp } from '../../../src/index.ts';
import { recoveryCode } from '../models/recovery-code.ts';

const model = recoveryCode.name;
/** How many a user gets, and their bytes: 80 bits are too many to be guessed from a hash. */
const howMany = 10;
const length = 10;

/** New recovery codes, to be shown this once; those from before are void. */
export async function renewRecoveryCodes(runtime: Runtime, userId: string): Promise<readonly string[]> {
  await removeRecoveryCodes(runtime, userId);
  const codes = Array.from({ length: howMany }, () => base32(runtime.randomBytes(length)));
  for (const code of codes) {
    const row = { id: runtime.newId(), owner: userId, hash: hash('sha256', code), ...recordStamp(runtime) };
    await runtime.store.write([{ kind: 'insert', model, row }]);
  }
  return codes.map(code => code.replaceAll(/.{4}(?=.)/g, '$&-'));
}

/** Uses a code up; false where the user has no such code, or not any more. `code`: in capitals, without hyphens. */
export async function useRecoveryCode(runtime: Runtime, input: { userId: string; code: string }): Promise<boolean> {
  const where = all(equals('hash', hash('sha256', input.code)), equals('owner', input.userId));
  const [removed] = await runtime.store.write([{ kind: 'remove', model, where }]);
  return removed?.matched === 1;
}

export async function removeRecoveryCodes(runtime: Runtime, userId: string): Promise<void> {
  await runtime.store.write([{ kind: 'remove', model, where: equals('owner', userId) }], { atomic: false });
}

function base32(bytes: Buffer): string {
  return new Secret({ buffer: new Uint8Array(bytes).buffer }).base32;
}
