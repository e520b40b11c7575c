import type { GatehouseError } from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';

/** SESSION_LIMIT, naming the limit. */
export function sessionLimit(limit: number): GatehouseError {
  return securityErrors.SESSION_LIMIT({
    message: `This credential has ${limit} sessions open, which is as many as it may have.`,
    data: { limit },
  });
}

/** SESSION_ENDED; `wait`: ms until the client may have another session, 0 where it may at once. */
export function sessionEnded(wait: number): GatehouseError {
  if (wait === 0)
    return securityErrors.SESSION_ENDED({ message: 'This session has reached its maximum age. Connect again.' });
  const seconds = Math.ceil(wait / 1000);
  return securityErrors.SESSION_ENDED({
    message: `This session has ended. The client gets no new one for ${seconds} s.`,
    data: { retryAfter: seconds },
    headers: { 'Retry-After': String(seconds) },
  });
}

/** SESSION_CLOSED: what arrives after the client has ended its session must not begin another. */
export function sessionClosed(): GatehouseError {
  return securityErrors.SESSION_CLOSED();
}
