import {
  all,
  always,
  type Condition,
  compare,
  equals,
  isoTime,
  type Row,
  type Runtime,
  type StoredValue,
} from '../../../src/index.ts';

const model = 'webhooks.delivery';

type Values = Readonly<Record<string, StoredValue>>;

/** The deliveries that wait. Each change is one conditional update of one row, so of several instances one goes through. */
export interface Queue {
  /** Ids of the webhooks that may have something due; none when nothing is. */
  dueWebhooks(): Promise<ReadonlySet<string>>;
  /** What is due of one webhook, what has waited longest first. */
  due(subscription: string, limit: number): Promise<Row[]>;
  /** The event of the same record that must be sent before this one; undefined: it is this one's turn. */
  earlier(row: Row): Promise<Row | undefined>;
  /** Takes it for `lease` ms; undefined: another instance has. */
  claim(row: Row, lease: number): Promise<Row | undefined>;
  /** Changes it where nobody else has begun with it since it was read. */
  change(row: Row, set: Values): Promise<void>;
  /** Lets the next event of the same record have its turn now. */
  release(row: Row): Promise<void>;
}

export function createQueue({ store, now }: Runtime): Queue {
  const isDue = (): Condition => all(equals('state', 'queued'), compare('next_at', '<=', isoTime(now())));

  async function change(row: Row, set: Values): Promise<Row | undefined> {
    const { id, attempts, next_at: nextAt } = row;
    const where = all(
      equals('id', id),
      equals('state', 'queued'),
      equals('attempts', Number(attempts)),
      equals('next_at', String(nextAt)),
    );
    const stamped = { ...set, updatedAt: isoTime(now()) };
    const [result] = await store.write([{ kind: 'update', model, where, set: stamped }]);
    return result?.rows[0];
  }

  /** The queued event of the same record nearest before or after this one. */
  async function neighbour(row: Row, direction: '<' | '>'): Promise<Row | undefined> {
    if (Number(row.sequence) === 0) return undefined;
    const { subscription, model: of, record, sequence } = row;
    const where = all(
      ...Object.entries({ subscription, record, model: of, state: 'queued' }).map(([name, value]) =>
        equals(name, String(value)),
      ),
      compare('sequence', direction, Number(sequence)),
    );
    const order = [{ field: 'sequence', descending: direction === '<' }];
    return (await store.find({ model, where, order, limit: 1 }))[0];
  }

  return {
    async dueWebhooks() {
      const [first] = await store.find({ model, where: isDue(), fields: ['subscription'], limit: 1 });
      if (!first) return new Set();
      const webhooks = await store.find({ model: 'webhooks.subscription', where: always, fields: [] });
      // The first one's may be gone; then it is for the worker to say so.
      return new Set([String(first.subscription), ...webhooks.map(({ id }) => id)]);
    },
    due: (subscription, limit) =>
      store.find({
        model,
        where: all(equals('subscription', subscription), isDue()),
        order: [
          { field: 'next_at', descending: false },
          { field: 'sequence', descending: false },
        ],
        limit,
      }),
    earlier: row => neighbour(row, '<'),
    claim: (row, lease) =>
      change(row, {
        attempts: Number(row.attempts) + 1,
        next_at: isoTime(now() + lease),
        last_attempt_at: isoTime(now()),
      }),
    async change(row, set) {
      await change(row, set);
    },
    async release(row) {
      const next = await neighbour(row, '>');
      if (next && String(next.next_at) > isoTime(now()) && Number(next.failures) === 0) {
        await change(next, { next_at: isoTime(now()) });
      }
    },
  };
}
