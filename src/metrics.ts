import { Counter, Gauge, Histogram, Registry } from "prom-client";
import {
  counters,
  type GaugeReading,
  gauges,
  lags,
  type MetricLabel,
  type MetricLabels,
  type Metrics,
} from "./runtime/metrics.ts";

export { type GaugeReading, type MetricLabels, type Metrics, noMetrics } from "./runtime/metrics.ts";

/** Metrics that a Prometheus server can read. */
export interface PrometheusMetrics extends Metrics {
  readonly contentType: string;
  /** All numbers in the text format of Prometheus. */
  text(): Promise<string>;
}

const prefix = "instamojo_flow_";
/** From a fast disk to the 72 hours after which a message is parked. */
const buckets = [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 7200, 86_400, 259_200];
/** What one label may be: more than that is no closed set, and is counted as `other`. */
const maxValues = 50;
const plainValue = /^[\w.:-]{1,64}$/;

/** Counters, histograms and gauges with a registry of their own, so that two plugins in one process do not meet. */
export function createPrometheusMetrics(): PrometheusMetrics {
  const registry = new Registry();
  const settings = (name: string, { labels, help }: { labels: readonly MetricLabel[]; help: string }) => ({
    name: prefix + name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    labelNames: labels,
    help,
    registers: [registry],
  });
  const counterOf = mapValues(counters, (definition, name) => {
    const common = settings(name, definition);
    return new Counter<MetricLabel>({ ...common, name: `${common.name}_total` });
  });
  const histogramOf = mapValues(lags, (definition, name) => {
    const common = settings(name, definition);
    return new Histogram<MetricLabel>({ ...common, name: `${common.name}_seconds`, buckets });
  });
  const values: Record<MetricLabel, Set<string>> = { account: new Set(), status: new Set(), cause: new Set() };
  const reads = new Map<string, () => Promise<number | readonly GaugeReading[]>>();
  mapValues(gauges, (definition, name) => {
    const gauge: Gauge<MetricLabel> = new Gauge({
      ...settings(name, definition),
      // A ledger that cannot be read now has no value, which is not the value 0.
      collect: async () => {
        const read = await reads
          .get(name)?.()
          .catch(() => undefined);
        // An account that is gone leaves no last value behind.
        gauge.reset();
        if (definition.labels.length === 0) gauge.remove();
        const readings = typeof read === "number" ? [{ labels: {}, value: read }] : (read ?? []);
        for (const { labels, value } of readings) gauge.set(bounded(definition.labels, labels), value);
      },
    });
    return gauge;
  });

  function bounded(labels: readonly MetricLabel[], given: MetricLabels): Partial<Record<MetricLabel, string>> {
    const kept: Partial<Record<MetricLabel, string>> = {};
    for (const label of labels) {
      const value = given[label] ?? "";
      const known = values[label];
      if (!known.has(value) && plainValue.test(value) && known.size < maxValues) known.add(value);
      kept[label] = known.has(value) ? value : value === "" ? "none" : "other";
    }
    return kept;
  }

  return {
    count: (name, labels) => counterOf[name].inc(bounded(counters[name].labels, labels)),
    observe: (name, labels, seconds) =>
      histogramOf[name].observe(bounded(lags[name].labels, labels), Math.max(0, seconds)),
    gauge: (name, read) => void reads.set(name, read),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

function mapValues<Key extends string, In, Out>(
  record: Readonly<Record<Key, In>>,
  map: (value: In, key: Key) => Out,
): Record<Key, Out> {
  return Object.fromEntries(Object.entries<In>(record).map(([key, value]) => [key, map(value, key as Key)])) as Record<
    Key,
    Out
  >;
}
