import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { durationBuckets, durationHistogram } from '../../src/duration-histogram.ts';

test('shows what a histogram of prom-client shows', async () => {
  const times = fc.record({
    stage: fc.constantFrom('network', 'rate', 'execute'),
    ms: fc.oneof(
      fc.constantFrom(...durationBuckets.map(seconds => seconds * 1000)),
      fc.integer({ min: 0, max: 20_000 }),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(times), async observed => {
      const [ours, theirs] = [new Registry(), new Registry()];
      const about = { name: 'stage_seconds', help: 'Time in each stage.' };
      const seconds = durationHistogram({ registry: ours, ...about });
      const series = new Map(['network', 'rate', 'execute'].map(stage => [stage, seconds({ stage })]));
      const histogram = new Histogram({
        ...about,
        labelNames: ['stage'],
        buckets: durationBuckets,
        registers: [theirs],
      });
      for (const { stage, ms } of observed) {
        series.get(stage)?.(ms);
        histogram.observe({ stage }, ms / 1000);
      }
      expect(samplesOf(await ours.metrics())).toEqual(samplesOf(await theirs.metrics()));
    }),
  );
});

test('begins anew', async () => {
  const registry = new Registry();
  const observe = durationHistogram({ registry, name: 'seconds', help: 'Time.' })({ kind: 'one' });
  observe(5);
  expect(await registry.metrics()).toContain('seconds_count{kind="one"} 1');
  registry.resetMetrics();
  expect(await registry.metrics()).not.toContain('seconds_count');
});

/** Lines in any order; sums to a microsecond, because they are added up in another unit. */
function samplesOf(text: string): string[] {
  const rounded = text.replaceAll(/_sum(\{.*\}) (\S+)/g, (_, labels, sum) => `_sum${labels} ${Number(sum).toFixed(6)}`);
  return rounded.split('\n').filter(Boolean).sort();
}
