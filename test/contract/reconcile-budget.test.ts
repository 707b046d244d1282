import { afterEach, describe, expect, it } from "@jest/globals";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
let aheadMs = 0;
const clock: Clock = { now: () => Date.now() + aheadMs, after: systemClock.after };
afterEach(() => host.close());

const invented = (index: number) => `MOJO0000FLOOD${String(index).padStart(7, "0")}`;

async function link(): Promise<string> {
  const result = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return String(result.output.paymentRequestId);
}

/** Whoever has this address can say that anything was paid. */
function leakedUrl(): string {
  const created = host.simulator
    .ledger()
    .calls.find(({ method, path }) => method === "POST" && path.endsWith("_requests/"));
  return String(created?.body.webhook);
}

async function flood(url: string, count: number): Promise<void> {
  const post = async (index: number) => {
    const body = new URLSearchParams({
      amount: "200.00",
      payment_id: invented(index),
      payment_request_id: "0".repeat(32),
      status: "Credit",
      mac: "0".repeat(40),
    });
    const reply = await fetch(url, { method: "POST", body });
    if (reply.status !== 200) throw new Error(`The webhook answered ${reply.status}.`);
  };
  for (let start = 0; start < count; start += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => post(start + index)));
  }
}

const calls = () => host.simulator.ledger().calls.filter(({ method }) => method === "GET");
const isHint = ({ path }: { path: string }) => path.includes("FLOOD");

describe("a leaked callback address that floods us with invented payments", () => {
  it("holds up neither nodes nor the watch over known links", async () => {
    await start();
    const id = await link();
    host.simulator.control.faults({ kind: "delay", delayMs: 200, count: 0, path: "/v2/payments/MOJO0000FLOOD*" });
    await flood(leakedUrl(), 1_000);
    const times: number[] = [];
    for (let read = 0; read < 20; read += 1) {
      const startedAt = performance.now();
      const result = await host.run("get-payment-status", { paymentRequestId: id });
      expect(result).toMatchObject({ port: "success", output: { status: "Pending" } });
      times.push(performance.now() - startedAt);
    }
    expect(Math.max(...times)).toBeLessThan(1_500);
    aheadMs += 61_000;
    const paid = host.simulator.control.pay({ paymentRequestId: id, outcome: "success" });
    expect(await host.event(({ status }) => status === "Completed", 5_000)).toMatchObject({
      paymentId: paid.id,
      source: "poll",
    });
    expect(calls().filter(isHint).length).toBeGreaterThan(5);
  }, 60_000);

  it("makes no more reads than hints are allowed, and what waits longer is kept for later", async () => {
    await start({ perSecond: 10, burst: 20, parallel: 4, waiting: 4, patienceMs: 100 });
    await link();
    await flood(leakedUrl(), 500);
    const from = host.simulator.ledger().now;
    const before = calls().filter(isHint).length;
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const seconds = (host.simulator.ledger().now - from) / 1000;
    // Each invented payment costs ten reads of the budget.
    expect(calls().filter(isHint).length - before).toBeLessThanOrEqual(seconds + 4);
    expect(before).toBeLessThanOrEqual(20 + 4);
  }, 60_000);
});

async function start(hint = {}): Promise<void> {
  host = await startPluginHost({ withSalt: false, host: { clock, readLimits: { hint } } });
  host.simulator.control.faults({ kind: "webhook-drop", count: 0 });
}
