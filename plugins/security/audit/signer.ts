import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** Signs heads with a key that is not in the database, so that whoever rewrites the database cannot make them anew. */
export interface Signer {
  /** Which key it is: 16 hex digits that tell nothing about it. */
  readonly keyId: string;
  /** HMAC-SHA256, hex. */
  sign(text: string): string;
  isSigned(text: string, signature: string): boolean;
}

export function createSigner(key: string): Signer {
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('hex');
  return {
    keyId: hash('sha256', `gatehouse audit key ${sign('gatehouse audit key')}`).slice(0, 16),
    sign,
    isSigned(text, signature) {
      const [expected, given] = [Buffer.from(sign(text)), Buffer.from(signature)];
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}
