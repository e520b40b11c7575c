import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * What is stored of a client's secret: SHA-256, base64url. Secrets are 256 random bits, made here and never chosen, so
 * there is nothing that a slow hash would protect.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Whether a client presents its secret; in a time that does not depend on where the two differ. */
export function isSecret({ hash, presented }: { readonly hash: string; readonly presented: string }): boolean {
  const expected = Buffer.from(hash, 'base64url');
  const actual = Buffer.from(hashSecret(presented), 'base64url');
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
