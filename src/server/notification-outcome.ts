import { kernelErrors } from '../errors.ts';
import type { Outcome } from '../pipeline/call.ts';

/**
 * How a message ends that is taken and not answered. Only those that the protocol has are taken note of: in the log, one
 * that a client has made up must not look like something that has happened (`keys/revoke-all`: ok).
 */
export function notificationOutcome(method: string): Outcome {
  if (method.startsWith('notifications/') || method === 'session/answer') return { kind: 'ok' };
  return { kind: 'error', code: kernelErrors.UNKNOWN_METHOD.code, reason: 'no notification of the protocol' };
}
