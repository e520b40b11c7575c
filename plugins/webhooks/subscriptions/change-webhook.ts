import { equals, isoTime, type Runtime, recordStamp, type StoredValue } from '../../../src/index.ts';
import { formatSecret, secretLength } from '../delivery/signature.ts';

const hour = 3_600_000;

/** From now on it is told of nothing; what waits for it is given up when its turn comes, and can be replayed later. */
export async function disableWebhook(input: { runtime: Runtime; id: string; reason: string }): Promise<void> {
  const { runtime, id, reason } = input;
  const set = { active: false, disabled_at: isoTime(runtime.now()), disabled_reason: reason };
  await update({ runtime, model: 'webhooks.subscription', id, set });
}

/** It is told of what happens from now on. */
export async function enableWebhook({ runtime, id }: { runtime: Runtime; id: string }): Promise<void> {
  const set = { active: true, disabled_at: null, disabled_reason: null };
  await update({ runtime, model: 'webhooks.subscription', id, set });
}

/** Removes it with its secret, its outbox and its log. */
export async function deleteWebhook({ runtime, id }: { runtime: Runtime; id: string }): Promise<void> {
  await runtime.store.write(
    [
      { kind: 'remove', model: 'webhooks.subscription', where: equals('id', id) },
      { kind: 'remove', model: 'webhooks.subscription-secret', where: equals('id', id) },
      { kind: 'remove', model: 'webhooks.delivery', where: equals('subscription', id) },
    ],
    { atomic: runtime.store.capabilities.transactions },
  );
}

/**
 * Gives it a new secret. For `overlapHours` the one that it has now signs as well; one from an earlier rotation no more.
 * Whoever rotates because the secret is known to others says 0.
 */
export async function rotateSecret(input: {
  runtime: Runtime;
  id: string;
  overlapHours: number;
}): Promise<{ secret: string; previousUntil: string }> {
  const { runtime, id, overlapHours } = input;
  const secret = formatSecret(runtime.randomBytes(secretLength));
  const previousUntil = isoTime(runtime.now() + overlapHours * hour);
  const model = 'webhooks.subscription-secret';
  const [row] = await runtime.store.find({ model, where: equals('id', id), limit: 1 });
  const previous = overlapHours > 0 ? (row?.current ?? null) : null;
  await update({ runtime, model, id, set: { current: secret, previous, previous_until: previousUntil } });
  await update({ runtime, model: 'webhooks.subscription', id, set: { rotated_at: isoTime(runtime.now()) } });
  return { secret, previousUntil };
}

/** The secrets that sign now, the newest first. */
export async function signingSecrets(runtime: Runtime, id: string): Promise<string[]> {
  const model = 'webhooks.subscription-secret';
  const [row] = await runtime.store.find({ model, where: equals('id', id), limit: 1 });
  if (typeof row?.current !== 'string') return [];
  const { current, previous, previous_until: until } = row;
  const isInTime = typeof until === 'string' && runtime.now() < Date.parse(until);
  return typeof previous === 'string' && isInTime ? [current, previous] : [current];
}

async function update(input: {
  runtime: Runtime;
  model: string;
  id: string;
  set: Readonly<Record<string, StoredValue>>;
}): Promise<void> {
  const { runtime, model, id, set } = input;
  const { updatedAt, updatedBy } = recordStamp(runtime);
  const where = equals('id', id);
  await runtime.store.write([{ kind: 'update', model, where, set: { ...set, updatedAt, updatedBy } }]);
}
