import type { Metric, Registry } from 'prom-client';

/** Seconds: from a tenth of a millisecond to a long query. */
export const durationBuckets = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** Takes one time, in ms. */
export type ObserveDuration = (ms: number) => void;

/** Times with the same labels. */
interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** By bucket, and one more for what is longer than the last. */
  readonly counts: number[];
  /** ms */
  sum: number;
  count: number;
}

/**
 * A histogram of times for Prometheus, made for what every call does a dozen times: prom-client's own looks up labels
 * and bounds as text for each value, which takes longer than many a stage. Returns how to get at one series.
 */
export function durationHistogram(parts: {
  readonly registry: Registry;
  readonly name: string;
  readonly help: string;
}): (labels: Series['labels']) => ObserveDuration {
  const { registry, name, help } = parts;
  const limits = durationBuckets.map(seconds => seconds * 1000);
  const all: Series[] = [];
  const metric = {
    name,
    async get() {
      const values = all.flatMap(series => samples(name, series));
      return { name, help, type: 'histogram', aggregator: 'sum', values };
    },
    reset() {
      for (const series of all) {
        series.counts.fill(0);
        series.sum = 0;
        series.count = 0;
      }
    },
  };
  // The registry asks no more than this of a metric.
  registry.registerMetric(metric as unknown as Metric);

  return labels => {
    const series: Series = { labels, counts: new Array(limits.length + 1).fill(0), sum: 0, count: 0 };
    all.push(series);
    return ms => {
      let bucket = 0;
      while (bucket < limits.length && ms > (limits[bucket] ?? 0)) bucket += 1;
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
      series.sum += ms;
      series.count += 1;
    };
  };
}

/** Each bucket counts what is in those before it as well; a series without a value is not there. */
function samples(name: string, { labels, counts, sum, count }: Series) {
  if (count === 0) return [];
  let sofar = 0;
  const buckets = counts.map((own, index) => {
    sofar += own;
    return { metricName: `${name}_bucket`, value: sofar, labels: { le: durationBuckets[index] ?? '+Inf', ...labels } };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, value: sum / 1000, labels },
    { metricName: `${name}_count`, value: count, labels },
  ];
}
