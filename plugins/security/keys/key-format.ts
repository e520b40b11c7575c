import { hash } from 'node:crypto';

/*
 *   gh_<prefix: 8>_<secret: 44><checksum: 6>
 *
 * Letters and digits without 0, O, I and l, so that a key survives being read out. The secret is 256 random bits as a
 * number in base 58. The checksum is the beginning of the SHA-256 of all before it, so a mistyped key is recognised
 * without a look-up; it protects from nothing else.
 */
const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const keyShape = new RegExp(`^gh_([${alphabet}]{8})_[${alphabet}]{50}$`);
const checksumLength = 6;

/** Characters of a key. */
export const keyLength = 62;

/** Random bytes that `generateKey` needs: 16 for the prefix, 32 for the secret. */
export const keyEntropy = 48;

/** A new key from fresh random bytes. */
export function generateKey(random: Buffer, prefix = encode(random.subarray(32), 8)): { key: string; prefix: string } {
  const body = `gh_${prefix}_${encode(random.subarray(0, 32), 44)}`;
  return { key: body + checksum(body), prefix };
}

/** Whether this is meant to be an API key at all. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith('gh_');
}

/** The prefix of a key that is well-formed and whose checksum fits; undefined of anything else. */
export function prefixOf(text: string): string | undefined {
  const prefix = keyShape.exec(text)?.[1];
  if (prefix === undefined) return undefined;
  const end = text.length - checksumLength;
  return checksum(text.slice(0, end)) === text.slice(end) ? prefix : undefined;
}

function checksum(body: string): string {
  return encode(hash('sha256', body, 'buffer').subarray(0, 8), checksumLength);
}

/** The number that the bytes are, in base 58, its last `length` digits. */
function encode(bytes: Uint8Array, length: number): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  while (text.length < length) {
    text = alphabet.charAt(Number(rest % 58n)) + text;
    rest /= 58n;
  }
  return text;
}
