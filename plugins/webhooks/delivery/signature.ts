import { createHmac } from 'node:crypto';

const prefix = 'whsec_';

/** Bytes of a secret: Standard Webhooks asks for 24 to 64. */
export const secretLength = 32;

/** A secret as it is handed out. */
export function formatSecret(bytes: Buffer): string {
  return prefix + bytes.toString('base64');
}

/**
 * The `webhook-signature` of one attempt: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, for each secret
 * one, separated by spaces (Standard Webhooks 1.0.0, "Signature scheme"). `timestamp`: s since the epoch.
 */
export function sign(input: { id: string; timestamp: number; body: string; secrets: readonly string[] }): string {
  const { id, timestamp, body, secrets } = input;
  return secrets
    .map(secret => {
      const key = Buffer.from(secret.slice(prefix.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
}
