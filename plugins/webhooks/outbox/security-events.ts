import { all, type Call, equals, isoTime, type Runtime } from '../../../src/index.ts';
import { activeWebhooks } from '../subscriptions/webhook.ts';
import { insertDelivery } from './new-delivery.ts';
import { createThrottle } from './throttle.ts';

/** Puts what the gate has seen into the outbox, as far as a minute has room for it. */
export interface SecurityEvents {
  /** These answer whether anything was put there. */
  denied(runtime: Runtime, call: Call): Promise<boolean>;
  leaked(runtime: Runtime, keyId: string): Promise<boolean>;
}

/** `perMinute`: of each kind of event. A flood of one kind leaves the others alone, and costs no look into the store. */
export function createSecurityEvents({ perMinute }: { perMinute: number }): SecurityEvents {
  const throttles = { 'call.denied': createThrottle(perMinute), 'key.leaked': createThrottle(perMinute) };

  async function tell(input: {
    runtime: Runtime;
    event: keyof typeof throttles;
    model: string;
    find: () => Promise<string | undefined>;
  }): Promise<boolean> {
    const { runtime, event, model, find } = input;
    const leftOut = throttles[event].pass(runtime.now());
    if (leftOut === undefined) return false;
    const wanted = (await activeWebhooks(runtime)).filter(({ events }) => events.includes(event));
    const record = wanted.length > 0 ? await find() : undefined;
    if (record === undefined) return false;
    const rows = wanted.map(({ id: subscription }) =>
      insertDelivery(runtime, { subscription, event, model, record, sequence: 0, leftOut }),
    );
    await runtime.store.write(rows, { atomic: false });
    return true;
  }

  return {
    denied: (runtime, call) =>
      tell({ runtime, event: 'call.denied', model: 'security.audit-entry', find: () => entryOf(runtime, call) }),
    leaked: (runtime, keyId) =>
      tell({ runtime, event: 'key.leaked', model: 'security.api-key', find: async () => keyId }),
  };
}

/** The call's entry in the log; the hook fires once that is durable. */
async function entryOf({ store, log }: Runtime, call: Call): Promise<string | undefined> {
  const time = isoTime(call.receivedAt);
  const where = all(equals('time', time), equals('call_id', call.id));
  const [entry] = await store.find({ model: 'security.audit-entry', where, fields: [], limit: 1 });
  if (!entry) log.warn({ call: call.id }, 'denied call not told to webhooks: it is not in the log');
  return entry?.id;
}
