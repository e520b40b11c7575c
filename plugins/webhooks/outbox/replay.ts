import { all, type Condition, equals, type Runtime, recordStamp } from '../../../src/index.ts';
import { webhookErrors } from '../errors.ts';
import { findWebhook } from '../subscriptions/webhook.ts';

const model = 'webhooks.delivery';

/**
 * Puts a delivery into the queue again, whatever has become of it, under the same `webhook-id`; what it says is read
 * anew. Throws DELIVERY_NOT_FOUND, WEBHOOK_DISABLED.
 */
export async function replayDelivery({ runtime, id }: { runtime: Runtime; id: string }): Promise<void> {
  const [row] = await runtime.store.find({ model, where: equals('id', id), limit: 1 });
  if (!row) throw webhookErrors.DELIVERY_NOT_FOUND({ message: `There is no delivery ${id}.` });
  await requireActive(runtime, String(row.subscription));
  await queueAgain(runtime, equals('id', id));
}

/** The same for all that was given up of one webhook; answers with how many. Throws WEBHOOK_DISABLED. */
export async function replayDead({ runtime, webhook }: { runtime: Runtime; webhook: string }): Promise<number> {
  await requireActive(runtime, webhook);
  return queueAgain(runtime, all(equals('subscription', webhook), equals('state', 'dead')));
}

async function requireActive(runtime: Runtime, id: string): Promise<void> {
  if (!(await findWebhook(runtime, id))?.isActive) throw webhookErrors.WEBHOOK_DISABLED();
}

async function queueAgain(runtime: Runtime, where: Condition): Promise<number> {
  const { updatedAt, updatedBy } = recordStamp(runtime);
  const set = { state: 'queued', queued_at: updatedAt, next_at: updatedAt, failures: 0, reason: null };
  const [result] = await runtime.store.write(
    [{ kind: 'update', model, where, set: { ...set, updatedAt, updatedBy }, add: { replays: 1 } }],
    { atomic: false },
  );
  return result?.matched ?? 0;
}
