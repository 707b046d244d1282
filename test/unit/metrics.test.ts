import { describe, expect, it } from "@jest/globals";
import { createPrometheusMetrics } from "../../src/metrics.ts";
import { counters, lags, noMetrics } from "../../src/runtime/metrics.ts";

async function lines(metrics: { text(): Promise<string> }): Promise<string[]> {
  return (await metrics.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("the Prometheus metrics", () => {
  it("count what happened under the labels of the count and no other", async () => {
    const metrics = createPrometheusMetrics();
    const event = { account: "shop", status: "Completed", cause: "unused", customer: { email: "foo@example.com" } };
    metrics.count("delivered", event);
    metrics.count("delivered", event);
    expect(await lines(metrics)).toContain('instamojo_flow_delivered_total{account="shop",status="Completed"} 2');
    expect(await metrics.text()).not.toContain("foo@");
    expect(metrics.contentType).toMatch(/^text\/plain/);
  });

  it("observe times in seconds, a clock that was put back as none", async () => {
    const metrics = createPrometheusMetrics();
    metrics.observe("confirmLag", { account: "shop" }, 3);
    metrics.observe("confirmLag", { account: "shop" }, -5);
    const text = await lines(metrics);
    expect(text).toContain('instamojo_flow_confirm_lag_seconds_sum{account="shop"} 3');
    expect(text).toContain('instamojo_flow_confirm_lag_seconds_bucket{le="2.5",account="shop"} 1');
    expect(text).toContain('instamojo_flow_confirm_lag_seconds_bucket{le="5",account="shop"} 2');
  });

  it("ask for open links when they are read, and say nothing while the ledger says nothing", async () => {
    const metrics = createPrometheusMetrics();
    metrics.gauge("openLinks", async () => 7);
    expect(await lines(metrics)).toContain("instamojo_flow_open_links 7");
    metrics.gauge("openLinks", async () => Promise.reject(new Error("closed")));
    expect((await lines(metrics)).join()).not.toContain("open_links");
  });

  it("show how long ago the lists were read for each account that is there", async () => {
    const metrics = createPrometheusMetrics();
    const lag = (account: string, value: number) => ({ labels: { account }, value });
    let lagging = [lag("shop", 3), lag("store", 61.5)];
    metrics.gauge("sweepLagSeconds", async () => lagging);
    const shown = async () => (await lines(metrics)).filter((line) => line.includes("sweep_lag"));
    expect(await shown()).toEqual([
      'instamojo_flow_sweep_lag_seconds{account="shop"} 3',
      'instamojo_flow_sweep_lag_seconds{account="store"} 61.5',
    ]);
    lagging = [lag("shop", 0)];
    expect(await shown()).toEqual(['instamojo_flow_sweep_lag_seconds{account="shop"} 0']);
  });

  it("keep the number of series bounded whatever they are told", async () => {
    const metrics = createPrometheusMetrics();
    for (let number = 0; number < 500; number++) {
      metrics.count("refused", { cause: `cause-${number}` });
      metrics.count("refused", { cause: 'odd"} 1\n' });
      metrics.count("refused", {});
    }
    const series = (await lines(metrics)).filter((line) => line.includes("refused_total"));
    expect(series.length).toBeLessThanOrEqual(52);
    expect(series).toContain('instamojo_flow_refused_total{cause="other"} 950');
    expect(series).toContain('instamojo_flow_refused_total{cause="none"} 500');
  });

  it("belong to one plugin each", async () => {
    const [first, second] = [createPrometheusMetrics(), createPrometheusMetrics()];
    first.count("received", { account: "shop" });
    expect(await lines(second)).not.toContainEqual(expect.stringContaining("received_total{"));
  });

  it("have a count for every step of a payment, with labels of few values alone", () => {
    const steps = [
      "received",
      "refused",
      "confirmed",
      "settled",
      "delivered",
      "retried",
      "parked",
      "quarantined",
      "unclaimed",
    ];
    expect(Object.keys(counters)).toEqual(expect.arrayContaining(steps));
    const labels = [...Object.values(counters), ...Object.values(lags)].flatMap((definition) => [...definition.labels]);
    expect([...new Set(labels)].sort()).toEqual(["account", "cause", "status"]);
    expect(noMetrics.count("received", {})).toBeUndefined();
    expect(noMetrics.observe("recordLag", {}, 1)).toBeUndefined();
    expect(noMetrics.gauge("openLinks", async () => 1)).toBeUndefined();
  });
});
