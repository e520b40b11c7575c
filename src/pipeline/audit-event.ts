import type { Principal } from '../model/principal.ts';
import type { Outcome, Reached } from './call.ts';
import type { Gate } from './gate.ts';

/** Something that is no call and belongs into the same log: a sign-in, a token issued, an account locked. */
export interface AuditEvent {
  /** What was asked for, beside the protocol's methods: `oauth/token`, `account/sign-in`. */
  readonly method: string;
  /** Whom or what it concerned, as it was named: a client's id. Never a secret. */
  readonly target?: string;
  /** As in a Call; of a route's request: `response.locals.clientAddress`. */
  readonly address: string;
  /** Who spoke to us, as far as it says so itself. */
  readonly client: { readonly name: string; readonly userAgent: string };
  /** On whose behalf, where that is known. */
  readonly principal?: Principal;
  readonly outcome: Outcome;
  /** Records that were shown by it. Default none. */
  readonly reached?: readonly Reached[];
}

/**
 * Writes the entry of an event, and tells hooks of it as of a call. Resolves when it is durable; AUDIT_UNAVAILABLE where
 * it cannot be written: what it is about must not be answered then.
 */
export async function recordEvent(gate: Gate, event: AuditEvent): Promise<void> {
  const { method, target, address, client, principal, outcome, reached = [] } = event;
  const call = gate.receive({
    transport: 'http',
    era: 'modern',
    protocolVersion: '',
    method,
    params: {},
    target,
    client: { ...client, version: '', sessionId: undefined },
    address,
    presented: undefined,
    traceparent: undefined,
  });
  call.principal = principal;
  call.reached.push(...reached);
  const unwritten = await gate.seal(call, outcome);
  if (unwritten) throw unwritten.error;
}
