import { hash } from 'node:crypto';
import type { Runtime } from '../../../src/index.ts';

/** Bytes of a secret. */
const entropy = 32;

/** A new secret of a client: 256 random bits, base64url. */
export function newSecret(runtime: Runtime): string {
  return runtime.randomBytes(entropy).toString('base64url');
}

/**
 * What is stored of a client's secret: SHA-256, base64url. Secrets are made here and never chosen, so there is nothing
 * that a slow hash would protect.
 */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'base64url');
}
