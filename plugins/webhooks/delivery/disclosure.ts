import type { Principal, Row, Runtime } from '../../../src/index.ts';
import type { Webhook } from '../subscriptions/webhook.ts';

/**
 * Writes into the audit log what is about to be sent: it is shown to whoever receives it, as a tool's answer is to
 * whoever calls. Resolves when it is durable; AUDIT_UNAVAILABLE: then nothing may be sent.
 */
export function noteDisclosure(input: {
  readonly runtime: Runtime;
  readonly webhook: Webhook;
  readonly row: Row;
  /** In whose hands the record was read. */
  readonly principal: Principal;
  /** Fields of the record that are sent with their values. */
  readonly fields: readonly string[];
}): Promise<void> {
  const { runtime, webhook, row, principal, fields } = input;
  const reached = { model: String(row.model), operation: 'read', ids: [String(row.record)], count: 1, fields } as const;
  return runtime.recordEvent({
    method: 'webhooks/send',
    target: webhook.name,
    // The host alone: path and query may hold what only the receiver should know.
    address: new URL(webhook.url).hostname,
    client: { name: 'Gatehouse webhooks', userAgent: '' },
    principal,
    outcome: { kind: 'ok' },
    reached: [reached],
  });
}
