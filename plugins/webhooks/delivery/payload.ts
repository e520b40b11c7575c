import { equals, hasCode, type OutRecord, type Principal, type Row, type Runtime } from '../../../src/index.ts';
import { subscriberOf } from '../subscriptions/subscriber.ts';
import type { Webhook } from '../subscriptions/webhook.ts';

/** Bytes of a body; beyond, the record comes without its values. */
const maxBody = 262_144;

/**
 * ms within which a change follows its event where the store cannot write both at once; a write has ended by then, one
 * way or the other.
 */
const settlingTime = 30_000;

/** What is to be sent, or that nothing is. `wait`: the change itself is still to come. */
export type Payload =
  /** `fields`: those whose values are in it, read in the hands of `principal`. */
  | { readonly kind: 'body'; readonly body: string; readonly fields: readonly string[]; readonly principal: Principal }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'wait' };

/** Errors that mean: this user may not know of it. */
const hidden = ['MODEL_NOT_AVAILABLE', 'OPERATION_NOT_ALLOWED', 'RECORD_NOT_FOUND'];

/**
 * What the webhook's user may read of the event at this moment: the record as the record tools would show it, with its
 * rules, hidden fields and masks. Of a deletion the id alone; whether the user could see the record was decided before
 * it went. Nothing at all where the user may not know of it. Throws what else goes wrong, such as STORE_UNAVAILABLE.
 */
export async function payloadOf(input: { runtime: Runtime; webhook: Webhook; row: Row }): Promise<Payload> {
  const { runtime, webhook, row } = input;
  const model = String(row.model);
  const id = String(row.record);
  if (!runtime.registry.get(model)) return { kind: 'skip', reason: 'the model is gone' };
  const settled = await hasHappened({ runtime, row, model, id });
  if (settled !== 'yes')
    return settled === 'not yet' ? { kind: 'wait' } : { kind: 'skip', reason: 'the change failed' };
  const principal = await subscriberOf(runtime, webhook);
  if (!principal) return { kind: 'skip', reason: 'the user is gone or disabled' };
  try {
    const records = runtime.env(principal).of(model);
    if (row.event !== 'record.deleted') {
      const [record] = await records.read([id]);
      return { kind: 'body', principal, ...bodyOf(row, record && { model, ...record }) };
    }
    if (runtime.policy.of(principal, model)?.operations.has('read')) {
      return { kind: 'body', principal, ...bodyOf(row, { model, id: `${model}/${id}` }) };
    }
  } catch (thrown) {
    if (!hidden.some(code => hasCode(thrown, code))) throw thrown;
  }
  return { kind: 'skip', reason: 'the user may not see the record' };
}

/** Whether the change that an event tells of has been made. */
async function hasHappened(input: {
  runtime: Runtime;
  row: Row;
  model: string;
  id: string;
}): Promise<'yes' | 'no' | 'not yet'> {
  const { runtime, row, model, id } = input;
  const { store } = runtime;
  if (store.capabilities.transactions || Number(row.sequence) === 0) return 'yes';
  const [record] = await store.find({ model, where: equals('id', id), fields: [], limit: 1 });
  const isThere = row.event === 'record.deleted' ? !record : record && record.version >= Number(row.sequence);
  // A record that is gone was changed before that, unless it never was.
  if (isThere || (!record && row.event === 'record.updated')) return 'yes';
  return runtime.now() - Date.parse(String(row.queued_at)) < settlingTime ? 'not yet' : 'no';
}

function bodyOf(
  row: Row,
  data: ({ model: string; id: string } & Partial<OutRecord>) | undefined,
): { body: string; fields: readonly string[] } {
  const { event: type, occurred_at: timestamp } = row;
  const leftOut = Number(row.left_out) > 0 ? { leftOut: Number(row.left_out) } : {};
  const body = JSON.stringify({ type, timestamp, data: { ...data, ...leftOut } });
  const { values, ...rest } = data ?? {};
  if (Buffer.byteLength(body) <= maxBody) return { body, fields: Object.keys(values ?? {}) };
  return { body: JSON.stringify({ type, timestamp, data: { ...rest, ...leftOut, isTooLarge: true } }), fields: [] };
}
