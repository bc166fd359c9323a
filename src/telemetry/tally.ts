/**
 * A counter and a histogram for the mail path. Those of prom-client cost 0.5 and 1 us a call, as
 * they look labels up by name; these count by themselves and speak when they are read.
 */
import { Counter, type Metric, type Registry } from 'prom-client';

export interface MetricName {
  readonly name: string;
  readonly help: string;
}

/** A counter of up to three labels with few distinct values. */
export interface Tally {
  /** Values in the order of the label names. */
  inc(first: string, second?: string, third?: string): void;
}

interface Count {
  readonly values: readonly string[];
  more: number;
}

type Level<T> = Map<string, T>;

export function createTally(
  registry: Registry,
  { name, help }: MetricName,
  labelNames: readonly string[],
): Tally {
  const levels: Level<Level<Level<Count>>> = new Map();
  const counts: Count[] = [];
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      for (const count of counts) {
        const labels = labelNames.map((label, i) => [label, count.values[i] ?? ''] as const);
        this.inc(Object.fromEntries(labels), count.more);
        count.more = 0;
      }
    },
  });
  const add = (values: readonly [string, string, string]): Count => {
    const [first, second, third] = values;
    const seconds = levels.get(first) ?? new Map<string, Level<Count>>();
    const thirds = seconds.get(second) ?? new Map<string, Count>();
    const count: Count = { values, more: 0 };
    levels.set(first, seconds);
    seconds.set(second, thirds);
    thirds.set(third, count);
    counts.push(count);
    return count;
  };
  return {
    inc: (first, second = '', third = '') => {
      const known = levels.get(first)?.get(second)?.get(third);
      (known ?? add([first, second, third])).more += 1;
    },
  };
}

/** A histogram of one label. */
export interface Timing {
  observe(label: string, seconds: number): void;
}

interface Series {
  readonly label: string;
  /** Observations by bucket, those over the last bound at the end. */
  readonly counts: Float64Array;
  sum: number;
}

export function createTiming(
  registry: Registry,
  { name, help }: MetricName,
  shape: { readonly labelName: string; readonly buckets: readonly number[] },
): Timing {
  const { labelName, buckets } = shape;
  const all = new Map<string, Series>();
  const read = (): Promise<unknown> =>
    Promise.resolve({
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: [...all.values()].flatMap((series) =>
        samplesOf(series, { name, labelName, buckets }),
      ),
    });
  // Of a metric the registry asks no more than name and values; the label names are for documents.
  registry.registerMetric({ name, labelNames: [labelName], get: read } as unknown as Metric);
  return {
    observe: (label, seconds) => {
      let series = all.get(label);
      if (series === undefined) {
        series = { label, counts: new Float64Array(buckets.length + 1), sum: 0 };
        all.set(label, series);
      }
      let at = 0;
      while (at < buckets.length && seconds > (buckets[at] ?? Infinity)) at += 1;
      series.counts[at] = (series.counts[at] ?? 0) + 1;
      series.sum += seconds;
    },
  };
}

interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** Buckets hold what is at most their bound, those below included. */
function samplesOf(
  series: Series,
  of: { readonly name: string; readonly labelName: string; readonly buckets: readonly number[] },
): Sample[] {
  const labels = { [of.labelName]: series.label };
  let sum = 0;
  const samples: Sample[] = [...series.counts].map((count, at) => {
    sum += count;
    const le = of.buckets[at] ?? '+Inf';
    return { metricName: `${of.name}_bucket`, labels: { le, ...labels }, value: sum };
  });
  return [
    ...samples,
    { metricName: `${of.name}_sum`, labels, value: series.sum },
    { metricName: `${of.name}_count`, labels, value: sum },
  ];
}
