import type { GatehouseError } from '../errors.ts';
import type { Outcome } from '../pipeline/call.ts';

/** How an admitted call ends that the transport denies: its session, its stream or its form does not let it go on. */
export function sessionDenial({ code, publicMessage }: GatehouseError): Outcome {
  return { kind: 'denied', stage: 'session', code, reason: publicMessage };
}
