import { Gauge, Histogram } from 'prom-client';
import type { Runtime } from '../../../src/index.ts';

/** How the log keeps up with the calls. `waiting`: entries whose calls wait for them now. */
export function registerAuditMetrics(parts: { readonly metrics: Runtime['metrics']; readonly waiting: () => number }): {
  onGroup: (entries: number) => void;
} {
  const registers = [parts.metrics];
  new Gauge({
    name: 'gatehouse_audit_waiting',
    help: 'Audit entries that calls wait for, at this moment.',
    registers,
    collect() {
      this.set(parts.waiting());
    },
  });
  const groups = new Histogram({
    name: 'gatehouse_audit_group_entries',
    help: 'Audit entries that were written together.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
    registers,
  });
  return { onGroup: entries => groups.observe(entries) };
}
