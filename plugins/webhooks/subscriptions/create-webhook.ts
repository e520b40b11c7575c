import { findTarget, isoTime, type Runtime, recordStamp, type TargetRules } from '../../../src/index.ts';
import { findUser } from '../../base/plugin.ts';
import { formatSecret, secretLength } from '../delivery/signature.ts';
import { webhookErrors } from '../errors.ts';
import { eventTypes, isEventType, isRecordEvent } from '../events.ts';
import { subscriberOf } from './subscriber.ts';
import { webhookOf } from './webhook.ts';

/** A webhook to be made. */
export interface NewWebhook {
  readonly runtime: Runtime;
  readonly rules: TargetRules;
  /** What it is for. */
  readonly name: string;
  readonly url: string;
  /** Login of the user whose rights apply. */
  readonly user: string;
  readonly events: readonly string[];
  /** Whose records; needed for record events alone. */
  readonly models: readonly string[];
}

/** A webhook that was made, with its secret. */
export interface CreatedWebhook {
  readonly id: string;
  /** `whsec_…`: shown here and never again. */
  readonly secret: string;
}

/** Makes a webhook. Throws WEBHOOK_INVALID, naming every option that does not fit. */
export async function createWebhook(input: NewWebhook): Promise<CreatedWebhook> {
  const { runtime, url, name } = input;
  const owner = await findUser(runtime, input.user);
  const id = runtime.newId();
  const values = {
    name,
    url,
    user: owner?.user.id ?? '',
    events: [...new Set(input.events)],
    models: [...new Set(input.models)],
    active: true,
    disabled_at: null,
    disabled_reason: null,
    rotated_at: isoTime(runtime.now()),
    ...recordStamp(runtime),
  };
  const found = await findTarget(url, input.rules);
  const faults = [
    ...(name.trim() === '' ? ['name: expected what the webhook is for'] : []),
    ...('refused' in found ? [`url: ${found.refused}`] : []),
    ...(url.length > 2048 ? ['url: expected at most 2048 characters'] : []),
    ...(owner ? [] : [`user: there is no user ${input.user}`]),
    ...eventFaults(input),
    ...(await modelFaults(input, webhookOf({ id, version: 1, ...values }))),
  ];
  if (faults.length > 0) throw webhookErrors.WEBHOOK_INVALID({ message: faults.join('; '), data: { faults } });
  const secret = formatSecret(runtime.randomBytes(secretLength));
  const secretRow = { id, current: secret, previous: null, previous_until: null, ...recordStamp(runtime) };
  // The secret first: a webhook without one could send nothing, a secret without a webhook is unreachable.
  await runtime.store.write(
    [
      { kind: 'insert', model: 'webhooks.subscription-secret', row: secretRow },
      { kind: 'insert', model: 'webhooks.subscription', row: { id, ...values } },
    ],
    { atomic: runtime.store.capabilities.transactions },
  );
  return { id, secret };
}

function eventFaults({ events, models }: NewWebhook): string[] {
  const known = eventTypes.join(', ');
  const faults = events.filter(event => !isEventType(event)).map(event => `events: there is no event ${event}`);
  if (events.length === 0 || faults.length > 0) faults.push(`events: expected some of ${known}`);
  const hasRecordEvent = events.some(isRecordEvent);
  if (hasRecordEvent && models.length === 0) faults.push('models: expected at least one for record events');
  if (!hasRecordEvent && models.length > 0) faults.push('models: only record events have them');
  return faults;
}

/** A model that the user may not read would never be told of: better said now. */
async function modelFaults({ runtime, models }: NewWebhook, webhook: ReturnType<typeof webhookOf>): Promise<string[]> {
  const principal = webhook.user === '' ? undefined : await subscriberOf(runtime, webhook);
  return models.flatMap(model => {
    if (!runtime.registry.get(model)) return [`models: there is no model ${model}`];
    if (!principal || runtime.policy.of(principal, model)?.operations.has('read')) return [];
    return [`models: the user may not read ${model}`];
  });
}
