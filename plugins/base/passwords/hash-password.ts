import { scrypt, timingSafeEqual } from 'node:crypto';

/*
 * scrypt (RFC 7914) with one of the settings that OWASP's Password Storage Cheat Sheet holds to be equally strong; this
 * one needs 32 MiB, so that several at once do not exhaust a small machine. Written as a PHC string:
 * `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, base64 without padding.
 */
const strength = { ln: 15, r: 8, p: 3 };
const hashLength = 32;
const phc = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22,})\$([A-Za-z0-9+/]{43})$/;
export const saltLength = 16;

/** Characters that a password may have; longer ones match nothing. */
export const maxPasswordLength = 256;

/** A PHC string of the password. Computed off the event loop. `salt`: 16 random bytes. */
export async function hashPassword(password: string, salt: Buffer): Promise<string> {
  const { ln, r, p } = strength;
  const derived = await derive(password, { ...strength, salt });
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(derived)}`;
}

/**
 * Whether the password has this hash. Takes the same work where there is no hash, so that the time does not tell. Throws
 * where the hash is none of `hashPassword`.
 */
export async function matchesPassword(password: string, stored: string | undefined): Promise<boolean> {
  const { expected, ...parameters } = stored === undefined ? standIn : parse(stored);
  const computed = await derive(password, parameters);
  const isEqual = timingSafeEqual(computed, expected);
  return isEqual && stored !== undefined && password.length <= maxPasswordLength;
}

interface Parameters {
  /** Binary logarithm of scrypt's N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
}

const standIn = { ...strength, salt: Buffer.alloc(saltLength), expected: Buffer.alloc(hashLength) };

function parse(stored: string): Parameters & { readonly expected: Buffer } {
  const [, ln, r, p, salt = '', expected = ''] = phc.exec(stored) ?? [];
  if (expected === '') throw new Error('a stored password hash is not readable');
  return {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64'),
    expected: Buffer.from(expected, 'base64'),
  };
}

/** Typed on different keyboards, one password may be different code points: NFKC, as NIST SP 800-63B has it. */
function derive(password: string, { ln, r, p, salt }: Parameters): Promise<Buffer> {
  const typed = password.slice(0, maxPasswordLength).normalize('NFKC');
  const N = 2 ** ln;
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(typed, salt, hashLength, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
    error ? reject(error) : resolve(key),
  );
  return promise;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
