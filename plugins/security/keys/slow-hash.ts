import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** Rounds of PBKDF2-HMAC-SHA512, and bytes of salt and result. */
const rounds = 6_000;
export const saltLength = 16;
const hashLength = 64;

/** PBKDF2-HMAC-SHA512 (RFC 8018) of a key, computed off the event loop; base64. */
export async function slowHash(key: string, salt: Buffer): Promise<string> {
  return (await derive(key, salt, rounds, hashLength, 'sha512')).toString('base64');
}

/** Whether `key` has this hash; takes the same time whether it has or not. */
export async function matchesHash(key: string, stored: { hash: string; salt: string }): Promise<boolean> {
  const computed = await derive(key, Buffer.from(stored.salt, 'base64'), rounds, hashLength, 'sha512');
  const expected = Buffer.from(stored.hash, 'base64');
  // Compared in any case: a stand-in without a hash must not be quicker.
  const isEqual = timingSafeEqual(computed, expected.length === hashLength ? expected : computed);
  return isEqual && expected.length === hashLength;
}
