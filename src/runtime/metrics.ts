/** What is counted, with the labels that each count has. Every label has few values: accounts, statuses, closed causes. */
export const counters = {
  received: { labels: ["account"], help: "Webhooks that were recorded before they were answered 200." },
  refused: { labels: ["cause"], help: "Webhooks that were answered without being recorded, by cause." },
  confirmed: { labels: ["account"], help: "Messages that an authenticated read of the gateway confirmed." },
  quarantined: {
    labels: ["account", "cause"],
    help: "Messages and payments found by reading that contradict what was asked for or what the gateway says.",
  },
  settled: { labels: ["account", "status"], help: "Events that were stored with the new state of their payment." },
  delivered: { labels: ["account", "status"], help: "Events that a receiver took." },
  retried: { labels: ["account", "cause"], help: "Attempts to deliver an event that failed and are tried again." },
  parked: { labels: ["account", "cause"], help: "Messages and deliveries given up until a person decides." },
  unclaimed: { labels: ["account", "status"], help: "Events that no receiver wanted." },
  budgetWaits: {
    labels: ["account", "cause"],
    help: "Reads of the gateway that had no turn at once, by lane: node, link or hint.",
  },
} as const satisfies Record<string, Definition>;

/** Times between two steps, in seconds. */
export const lags = {
  recordLag: { labels: ["account"], help: "From a webhook's arrival until it was on disk." },
  confirmLag: { labels: ["account"], help: "From a webhook's arrival until the gateway confirmed it." },
  deliverLag: { labels: ["account"], help: "From an event's storing until a receiver took it." },
} as const satisfies Record<string, Definition>;

/** What is asked for at the moment the metrics are read. */
export const gauges = {
  openLinks: { labels: [], help: "Links that can be paid, or may turn out to exist." },
  sweepLagSeconds: {
    labels: ["account"],
    help: "Since Instamojo's lists of payments and links were last read through, or since the start where they never were.",
  },
} as const satisfies Record<string, Definition>;

interface Definition {
  readonly labels: readonly MetricLabel[];
  readonly help: string;
}

export type MetricLabel = "account" | "status" | "cause";
export type MetricLabels = { readonly [Label in MetricLabel]?: string };
export type CounterName = keyof typeof counters;
export type LagName = keyof typeof lags;
export type GaugeName = keyof typeof gauges;

/** Where a host wants numbers: what happens is told here, and costs nothing where nobody listens. */
export interface Metrics {
  count(name: CounterName, labels: MetricLabels): void;
  /** @param seconds a duration; negative ones, as after a change of the clock, count as none */
  observe(name: LagName, labels: MetricLabels, seconds: number): void;
  /** Names where a value can be had, or one per set of labels; a later one of the same name takes its place. */
  gauge(name: GaugeName, read: () => Promise<number | readonly GaugeReading[]>): void;
}

/** One value of a gauge that has labels. */
export interface GaugeReading {
  readonly labels: MetricLabels;
  readonly value: number;
}

/** For hosts that want no numbers. */
export const noMetrics: Metrics = { count() {}, observe() {}, gauge() {} };
