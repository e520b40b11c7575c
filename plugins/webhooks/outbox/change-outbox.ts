import { type Companion, hasCode, type PlannedChange, type Runtime } from '../../../src/index.ts';
import { changeEvents } from '../events.ts';
import { subscriberOf, visibleTo } from '../subscriptions/subscriber.ts';
import { activeWebhooks, type Webhook } from '../subscriptions/webhook.ts';
import { insertDelivery } from './new-delivery.ts';

/**
 * Stores a change's events with the change, for every webhook that asks for them. Which webhooks there are is read each
 * time, so that none made on another instance misses one. What the webhook's user may read is decided when it is sent;
 * of a deletion nothing is left to decide by then, so who may see the record is decided here, before it goes.
 */
export const changeOutbox: Companion = {
  name: 'webhooks',
  async operations(change, runtime) {
    const event = changeEvents[change.operation];
    const { model, records } = change;
    const wanted = (await activeWebhooks(runtime)).filter(
      webhook => webhook.events.includes(event) && webhook.models.includes(model),
    );
    const told = await Promise.all(
      wanted.map(async webhook => {
        const seen = change.operation === 'delete' ? await seenBefore({ runtime, webhook, change }) : undefined;
        return records
          .filter(({ id }) => !seen || seen.has(id))
          .map(({ id, version: sequence }) =>
            insertDelivery(runtime, { subscription: webhook.id, event, model, record: id, sequence }),
          );
      }),
    );
    return told.flat();
  },
};

async function seenBefore(input: {
  runtime: Runtime;
  webhook: Webhook;
  change: PlannedChange;
}): Promise<ReadonlySet<string>> {
  const { runtime, webhook, change } = input;
  try {
    const principal = await subscriberOf(runtime, webhook);
    const ids = change.records.map(({ id }) => id);
    return principal ? await visibleTo({ runtime, principal, model: change.model, ids }) : new Set();
  } catch (thrown) {
    if (!hasCode(thrown, 'INTERNAL')) throw thrown;
    // Rules that cannot be read show nothing; the deletion itself is not theirs to refuse.
    runtime.log.error({ err: thrown, webhook: webhook.id }, 'deletion not told: what its user may see cannot be read');
    return new Set();
  }
}
