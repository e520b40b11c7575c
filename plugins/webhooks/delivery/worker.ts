import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Row, Runtime, Send, Worker } from '../../../src/index.ts';
import { deliver } from './deliver.ts';
import { createQueue } from './queue.ts';

/** ms between two looks for what other processes have stored, and for what is due again. */
const lookEvery = 1_000;
/** Attempts of this instance at a time: of one webhook, so that a slow one holds up no other, and of all. */
const perWebhook = 4;
const atOnce = 32;

export interface DeliveryWorker extends Worker {
  /** There is something new. */
  wake(): void;
}

/** Sends what is in the outbox, at least once each, until it is stopped. */
export function startDeliveries(parts: {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly send: Send;
  /** ms that one attempt may take. */
  readonly timeLimit: number;
  /** ms after which a delivery that still fails is given up. */
  readonly giveUpAfter: number;
}): DeliveryWorker {
  const { runtime, clock, send, timeLimit, giveUpAfter } = parts;
  const queue = createQueue(runtime);
  const stopping = new AbortController();
  const lease = timeLimit + 60_000;
  const random = () => runtime.randomBytes(4).readUInt32BE() / 2 ** 32;
  const each = { runtime, queue, send, lease, giveUpAfter, random, signal: stopping.signal };
  /** By webhook, the ids of what is being sent. */
  const underWay = new Map<string, Set<string>>();
  const running = new Set<Promise<void>>();
  let isStopped = false;
  let cancel = () => {};
  let looking: Promise<void> | undefined;
  /** Webhooks to look at once more; `all` of them when something new came. */
  const asked = new Set<string>();
  let isAllAsked = false;

  function begin(row: Row, own: Set<string>): void {
    own.add(row.id);
    const done = deliver(each, row)
      .catch(thrown =>
        runtime.log.warn({ err: thrown, delivery: row.id }, 'webhook delivery broken off; it is begun anew'),
      )
      .finally(() => {
        own.delete(row.id);
        running.delete(done);
        asked.add(String(row.subscription));
        look();
      });
    running.add(done);
  }

  async function fill(webhook: string): Promise<void> {
    const own = underWay.get(webhook) ?? new Set();
    underWay.set(webhook, own);
    const room = Math.min(perWebhook - own.size, atOnce - running.size);
    if (room <= 0) return;
    const rows = await queue.due(webhook, room + own.size);
    if (isStopped) return;
    for (const row of rows.filter(({ id }) => !own.has(id)).slice(0, room)) begin(row, own);
  }

  const isAsked = () => isAllAsked || asked.size > 0;

  async function lookAround(): Promise<void> {
    while (isAsked() && !isStopped) {
      const some = new Set(asked);
      const isAll = isAllAsked;
      asked.clear();
      isAllAsked = false;
      for (const webhook of isAll ? await queue.dueWebhooks() : some) await fill(webhook);
    }
  }

  function look(): void {
    if (isStopped || looking) return;
    cancel();
    looking = lookAround()
      .catch(thrown => runtime.log.warn({ err: thrown }, 'the webhook outbox could not be read; it is again soon'))
      .finally(() => {
        looking = undefined;
        if (isStopped) return;
        if (isAsked()) look();
        else cancel = clock.after(lookEvery, wake);
      });
  }

  function wake(): void {
    isAllAsked = true;
    look();
  }

  wake();
  return {
    // What it does from then on is not the work of the call that woke it.
    wake: AsyncLocalStorage.bind(wake),
    async stop() {
      isStopped = true;
      cancel();
      const cancelLimit = clock.after(runtime.server.shutdownTimeLimit, () => stopping.abort('the server stops'));
      await looking;
      await Promise.all(running);
      cancelLimit();
    },
  };
}
