import { formatTraceparent, isoTime, type Runtime, recordStamp, type WriteOperation } from '../../../src/index.ts';
import type { EventType } from '../events.ts';

/** An event for one webhook. All of them are about a record: what it says is read when it is sent. */
export interface NewDelivery {
  /** Id of the webhook. */
  readonly subscription: string;
  readonly event: EventType;
  readonly model: string;
  /** Plain id. */
  readonly record: string;
  /** Of the events of one record, the lower is sent first; 0: order is of no matter. */
  readonly sequence: number;
  /** Security events that came before it and were too many. Default 0. */
  readonly leftOut?: number;
}

/** The operation that puts it into the outbox. */
export function insertDelivery(runtime: Runtime, input: NewDelivery): WriteOperation {
  const { subscription, event, model, record, sequence, leftOut = 0 } = input;
  const trace = runtime.trace();
  const time = isoTime(runtime.now());
  const row = {
    id: runtime.newId(),
    subscription,
    event,
    occurred_at: time,
    model,
    record,
    sequence,
    left_out: leftOut,
    trace: trace ? formatTraceparent(trace) : null,
    state: 'queued',
    queued_at: time,
    next_at: time,
    attempts: 0,
    failures: 0,
    last_attempt_at: null,
    duration_ms: null,
    response_status: null,
    response_body: null,
    reason: null,
    replays: 0,
    ...recordStamp(runtime),
  };
  return { kind: 'insert', model: 'webhooks.delivery', row };
}
