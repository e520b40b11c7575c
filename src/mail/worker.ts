import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'pino';
import { type Clock, isoTime } from '../clock.ts';
import { all, compare, equals } from '../store/condition.ts';
import type { Row, Store, StoredValue } from '../store/port.ts';
import { type BackOff, waitAfter } from './back-off.ts';
import { type Delivery, deliveryLimit, type Letter, type Transport } from './delivery.ts';

/*
 *   queued ──claim──► queued, next_at = end of the lease ──► accepted ──► sent
 *     ▲                   │                                  refused ───► queued, next_at later ──► failed, in the end
 *     │                   │                                  unreachable ► queued, and everything waits a while
 *     └── lease ends ◄────┘ the process dies
 */

const model = 'gatehouse.mail';
/** ms for which a claimed message is nobody else's: longer than a delivery can take. */
const leaseLength = deliveryLimit + 60_000;
/** ms between two looks for messages, those of other processes and those whose wait is over. */
const lookEvery = 5_000;
const batch = 20;
const whenRefused: BackOff = { first: 60_000, longest: 6 * 3_600_000 };
const whenUnreachable: BackOff = { first: 15_000, longest: 5 * 60_000 };

/** Sends what is in the outbox, one message at a time. */
export interface MailWorker {
  /** There is something new. */
  wake(): void;
  /** Lets the message that is under way finish, `timeLimit` ms at most; if it does not, it goes out again. */
  stop(): Promise<void>;
}

/**
 * Sends stored messages, each at least once, until it is stopped. A message is claimed by a conditional update of its
 * own record, so of several instances one sends it; a claim that is not followed up runs out. While the mail server
 * cannot be reached, one message at a time tries, and the others are left as they are.
 */
export function startMailWorker(parts: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly transport: Transport;
  /** ms after which a message that is still refused is given up. */
  readonly giveUpAfter: number;
  /** ms */
  readonly stopTimeLimit: number;
}): MailWorker {
  const { store, clock, random, log, transport, giveUpAfter } = parts;
  let isStopped = false;
  let failures = 0;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let cancel = () => {};
  let working: Promise<void> | undefined;
  let isWokenMeanwhile = false;

  /** The messages whose turn it is, those that have waited longest first. */
  function due(): Promise<Row[]> {
    const hasCome = compare('next_at', '<=', isoTime(clock.now()));
    const where = all(equals('state', 'queued'), hasCome);
    return store.find({ model, where, order: [{ field: 'next_at', descending: false }], limit: batch });
  }

  /** Changes a message where nobody else has begun with it since it was read. */
  async function change(row: Row, set: Readonly<Record<string, StoredValue>>): Promise<Row | undefined> {
    const where = all(equals('id', row.id), equals('state', 'queued'), equals('attempts', Number(row.attempts)));
    const stamped = { ...set, updatedAt: isoTime(clock.now()) };
    const [result] = await store.write([{ kind: 'update', model, where, set: stamped }]);
    return result?.rows[0];
  }

  /** Whether the mail server could be reached. */
  async function send(row: Row): Promise<boolean> {
    const nextAt = isoTime(clock.now() + leaseLength);
    const claimed = await change(row, { attempts: Number(row.attempts) + 1, next_at: nextAt });
    if (!claimed) return true;
    const delivery = await transport.deliver(letterOf(claimed));
    await change(claimed, outcomeOf(claimed, delivery));
    if (delivery.kind === 'accepted') log.info({ mail: row.id }, 'mail sent');
    else log.warn({ mail: row.id, delivery: delivery.kind, error: delivery.error }, 'mail not sent yet');
    return delivery.kind !== 'unreachable';
  }

  function outcomeOf(row: Row, delivery: Delivery): Readonly<Record<string, StoredValue>> {
    const now = clock.now();
    // What was said in it is nobody's business once it is sent.
    if (delivery.kind === 'accepted') return { state: 'sent', sent_at: isoTime(now), error: null, content: null };
    const { error } = delivery;
    if (now - Date.parse(String(row.createdAt)) >= giveUpAfter) {
      log.error({ mail: row.id, error }, 'mail given up');
      return { state: 'failed', error, content: null };
    }
    if (delivery.kind === 'unreachable') return { next_at: isoTime(now + whenUnreachable.first), error };
    const refusals = Number(row.refusals) + 1;
    return { refusals, next_at: isoTime(now + waitAfter({ ...whenRefused, failures: refusals, random })), error };
  }

  async function work(): Promise<void> {
    for (;;) {
      isWokenMeanwhile = false;
      const rows = await due();
      for (const row of rows) {
        if (isStopped) return;
        if (await send(row)) {
          failures = 0;
          continue;
        }
        failures += 1;
        pausedUntil = clock.now() + waitAfter({ ...whenUnreachable, failures, random });
        return;
      }
      if (rows.length < batch && !isWokenMeanwhile) return;
    }
  }

  function look(): void {
    cancel();
    if (isStopped) return;
    if (working) {
      isWokenMeanwhile = true;
      return;
    }
    if (clock.now() < pausedUntil) {
      cancel = clock.after(Math.min(pausedUntil - clock.now(), lookEvery), look);
      return;
    }
    working = work()
      .catch(thrown => log.warn({ err: thrown }, 'the outbox could not be read or written; it is again soon'))
      .finally(() => {
        working = undefined;
        if (!isStopped) cancel = clock.after(lookEvery, look);
      });
  }

  look();
  return {
    // What it does from then on is not the work of the call that woke it.
    wake: AsyncLocalStorage.bind(look),
    async stop() {
      isStopped = true;
      cancel();
      let cancelLimit = () => {};
      const limit = new Promise<void>(resolve => {
        cancelLimit = clock.after(parts.stopTimeLimit, resolve);
      });
      await Promise.race([working, limit]);
      cancelLimit();
    },
  };
}

function letterOf(row: Row): Letter {
  const { text, html } = (row.content ?? {}) as { text?: string; html?: string | null };
  return {
    id: row.id,
    to: String(row.recipient),
    subject: String(row.subject),
    text: text ?? '',
    html: html ?? undefined,
    date: new Date(String(row.createdAt)),
  };
}
