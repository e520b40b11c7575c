import { Histogram, Registry } from 'prom-client';
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
  const results = new Map(
    timedOperations.map(operation => [
      operation,
      { ok: store.labels({ operation, result: 'ok' }), failed: store.labels({ operation, result: 'failed' }) },
    ]),
  );
  return {
    registry,
    onStoreDone({ operation, ms, hasFailed }: { operation: TimedOperation; ms: number; hasFailed: boolean }): void {
      results.get(operation)?.[hasFailed ? 'failed' : 'ok'].observe(ms / 1000);
    },
  };
}
