import { Gauge, Registry } from 'prom-client';
import { durationHistogram } from './duration-histogram.ts';
import type { Condition } from './store/condition.ts';
import type { Store } from './store/port.ts';
import { type TimedOperation, timedOperations } from './store/timed-store.ts';

/** The metrics of the kernel itself. Plugins add theirs to `registry`; the plugin `metrics` shows them. */
export function createMetrics() {
  const registry = new Registry();
  const seconds = durationHistogram({
    registry,
    name: 'gatehouse_store_seconds',
    help: 'Time of reads and writes of the database.',
  });
  const work = new Map(
    timedOperations.map(operation => [
      operation,
      { pending: 0, ok: seconds({ operation, result: 'ok' }), failed: seconds({ operation, result: 'failed' }) },
    ]),
  );
  new Gauge({
    name: 'gatehouse_store_pending',
    help: 'Reads and writes of the database that are under way or wait for their turn, at this moment.',
    labelNames: ['operation'],
    registers: [registry],
    collect() {
      for (const [operation, { pending }] of work) this.set({ operation }, pending);
    },
  });
  return {
    registry,
    onStoreBegun(operation: TimedOperation): void {
      const own = work.get(operation);
      if (own) own.pending += 1;
    },
    onStoreDone({ operation, ms, hasFailed }: { operation: TimedOperation; ms: number; hasFailed: boolean }): void {
      const own = work.get(operation);
      if (!own) return;
      own.pending -= 1;
      (hasFailed ? own.failed : own.ok)(ms);
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
