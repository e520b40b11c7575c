import {
  isoTime,
  type OutboundAnswer,
  type Row,
  type Runtime,
  type Send,
  type StoredValue,
} from '../../../src/index.ts';
import { disableWebhook, signingSecrets } from '../subscriptions/change-webhook.ts';
import { findWebhook, type Webhook } from '../subscriptions/webhook.ts';
import { noteDisclosure } from './disclosure.ts';
import { outcomeOf } from './outcome.ts';
import { payloadOf } from './payload.ts';
import type { Queue } from './queue.ts';
import { sign } from './signature.ts';

/*
 *   queued ──claim──► queued, next_at = end of the lease ──► 2xx ────────► delivered
 *     ▲                   │                                  user may not ► skipped
 *     │                   │                                  failed ──────► queued, next_at later ──► dead, in the end
 *     └── lease ends ◄────┘ the process dies                 410 ─────────► dead, and the webhook is disabled
 */

/** ms between two looks whether an event's turn has come. */
const turnEvery = 1_000;
const longestTurn = 60_000;

export interface DeliverParts {
  readonly runtime: Runtime;
  readonly queue: Queue;
  readonly send: Send;
  /** ms for which a claimed delivery is nobody else's: longer than an attempt can take. */
  readonly lease: number;
  /** ms after which a delivery that still fails is given up. */
  readonly giveUpAfter: number;
  readonly random: () => number;
  /** Aborted when the server stops. */
  readonly signal: AbortSignal;
}

/** One attempt at one delivery that is due, if its turn has come and nobody else takes it. */
export async function deliver(parts: DeliverParts, row: Row): Promise<void> {
  const { runtime, queue, lease } = parts;
  const earlier = await queue.earlier(row);
  if (earlier) return waitForTurn(parts, { row, earlier });
  const claimed = await queue.claim(row, lease);
  if (!claimed) return;
  const result = await attempt(parts, claimed);
  if (result === 'wait') {
    const now = runtime.now();
    // The change mostly comes within milliseconds of its event: in the first second there is no waiting between looks.
    const next = now - Date.parse(String(row.queued_at)) < turnEvery ? now : now + turnEvery;
    return queue.change(claimed, { attempts: Number(row.attempts), next_at: isoTime(next) });
  }
  await queue.change(claimed, result);
  if (result.state) await queue.release(claimed);
}

/**
 * Until the earlier event is done, but no longer than a minute at a time. It may be done already: whoever ended it did
 * not see this one wait.
 */
async function waitForTurn({ runtime, queue }: DeliverParts, input: { row: Row; earlier: Row }): Promise<void> {
  const { row, earlier } = input;
  const now = runtime.now();
  const next = Math.min(Math.max(Date.parse(String(earlier.next_at)), now + turnEvery), now + longestTurn);
  await queue.change(row, { next_at: isoTime(next) });
  if (!(await queue.earlier(row)))
    await queue.change({ ...row, next_at: isoTime(next) }, { next_at: isoTime(runtime.now()) });
}

type Unreadable = Extract<OutboundAnswer, { kind: 'failed' }>;

async function attempt(parts: DeliverParts, row: Row): Promise<'wait' | Record<string, StoredValue>> {
  const { runtime } = parts;
  const webhook = await findWebhook(runtime, String(row.subscription));
  if (!webhook?.isActive) return { state: 'dead', reason: 'the webhook is disabled' };
  const payload = await payloadOf({ runtime, webhook, row }).catch((thrown: unknown): Unreadable => {
    runtime.log.error({ err: thrown, webhook: webhook.id, delivery: row.id }, 'webhook payload cannot be made');
    return { kind: 'failed', reason: 'the record cannot be read at the moment' };
  });
  if (payload.kind === 'failed') return record(parts, { row, webhook, answer: payload, duration: 0 });
  if (payload.kind === 'wait') return 'wait';
  if (payload.kind === 'skip') return { state: 'skipped', reason: payload.reason };
  const unwritten = await noteDisclosure({ runtime, webhook, row, ...payload }).then(
    () => undefined,
    (thrown: unknown): Unreadable => {
      runtime.log.error(
        { err: thrown, webhook: webhook.id, delivery: row.id },
        'webhook not sent: the log cannot be written',
      );
      return { kind: 'failed', reason: 'the audit log cannot be written at the moment' };
    },
  );
  if (unwritten) return record(parts, { row, webhook, answer: unwritten, duration: 0 });
  const begun = runtime.ticks();
  const answer = await post(parts, { row, webhook, body: payload.body });
  const duration = Math.round(runtime.ticks() - begun);
  // It was the stopping, not the receiver: another instance, or the next start, begins anew.
  if (parts.signal.aborted && answer.kind === 'failed') return { next_at: isoTime(runtime.now()) };
  return record(parts, { row, webhook, answer, duration });
}

async function post(
  { runtime, send, signal }: DeliverParts,
  input: { row: Row; webhook: Webhook; body: string },
): Promise<OutboundAnswer> {
  const { row, webhook, body } = input;
  const secrets = await signingSecrets(runtime, webhook.id);
  if (secrets.length === 0) return { kind: 'failed', reason: 'the webhook has no secret' };
  const id = `msg_${row.id}`;
  const timestamp = Math.floor(runtime.now() / 1000);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Gatehouse-Webhooks/1.0',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': sign({ id, timestamp, body, secrets }),
    ...(typeof row.trace === 'string' && { traceparent: row.trace }),
  };
  return send({ method: 'POST', url: webhook.url, headers, body, signal });
}

async function record(
  { runtime, giveUpAfter, random }: DeliverParts,
  input: { row: Row; webhook: Webhook; answer: OutboundAnswer; duration: number },
): Promise<Record<string, StoredValue>> {
  const { row, webhook, answer, duration } = input;
  const now = runtime.now();
  const failures = Number(row.failures) + 1;
  const queuedAt = Date.parse(String(row.queued_at));
  const outcome = outcomeOf({ answer, failures, queuedAt, now, giveUpAfter, random });
  const seen = {
    duration_ms: duration,
    response_status: answer.kind === 'answered' ? answer.status : null,
    response_body: answer.kind === 'answered' ? readable(answer.body) : null,
  };
  const about = { webhook: webhook.id, delivery: row.id };
  if (outcome.kind === 'delivered') {
    runtime.log.debug(about, 'webhook delivered');
    return { ...seen, state: 'delivered', reason: null };
  }
  const { reason } = outcome;
  if (outcome.kind === 'retry') {
    runtime.log.info({ ...about, reason }, 'webhook not delivered yet');
    return { ...seen, failures, reason, next_at: isoTime(outcome.nextAt) };
  }
  runtime.log.warn({ ...about, reason }, 'webhook delivery given up');
  if (outcome.isGone) await disableWebhook({ runtime, id: webhook.id, reason: 'the receiver answered 410 Gone' });
  return { ...seen, failures, reason, state: 'dead' };
}

/** The beginning of an answer, as text that any store takes and no terminal obeys. */
function readable(body: Buffer): string {
  return body
    .toString('utf8')
    .slice(0, 1000)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .toWellFormed()
    .slice(0, 1000);
}
