import { Gauge, Histogram, Registry } from 'prom-client';
import type { Condition } from './store/condition.ts';
import type { Store } from './store/port.ts';
import { type TimedOperation, timedOperations } from './store/timed-store.ts';

/** Seconds: from a tenth of a millisecond to a long query. */
export const durationBuckets = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** The metrics of the kernel itself. Plugins add theirs to `registry`; the plugin `metrics` shows them. */
export function createMetrics() {
  const registry = new Registry();
  const store = new Histogram({
    name: 'gatehouse_store_seconds',
    help: 'Time of reads and writes of the database.',
    labelNames: ['operation', 'result'],
    buckets: durationBuckets,
    registers: [registry],
  });
  const pending = new Gauge({
    name: 'gatehouse_store_pending',
    help: 'Reads and writes of the database that are under way or wait for their turn, at this moment.',
    labelNames: ['operation'],
    registers: [registry],
  });
  for (const operation of timedOperations) pending.set({ operation }, 0);
  const results = new Map(
    timedOperations.map(operation => [
      operation,
      { ok: store.labels({ operation, result: 'ok' }), failed: store.labels({ operation, result: 'failed' }) },
    ]),
  );
  return {
    registry,
    onStoreBegun(operation: TimedOperation): void {
      pending.inc({ operation });
    },
    onStoreDone({ operation, ms, hasFailed }: { operation: TimedOperation; ms: number; hasFailed: boolean }): void {
      pending.dec({ operation });
      results.get(operation)?.[hasFailed ? 'failed' : 'ok'].observe(ms / 1000);
    },
  };
}

/** ms that counting for the metrics may take. */
const countLimit = 2_000;

/**
 * How many rows of a model are in which state, counted when somebody asks. Where the store does not answer, there is no
 * figure, and the other metrics are shown all the same.
 */
export function registerRowGauge(parts: {
  readonly metrics: Registry;
  readonly store: Store;
  readonly name: string;
  readonly help: string;
  readonly model: string;
  /** By the value of the label `state`. */
  readonly states: Readonly<Record<string, () => Condition>>;
}): void {
  const { metrics, store, name, help, model, states } = parts;
  new Gauge({
    name,
    help,
    labelNames: ['state'],
    registers: [metrics],
    async collect() {
      for (const [state, where] of Object.entries(states)) {
        try {
          this.set({ state }, await store.count({ model, where: where(), timeLimit: countLimit }));
        } catch {
          // That the store is away is what `gatehouse_store_seconds` and the log say.
          this.remove({ state });
        }
      }
    },
  });
}
