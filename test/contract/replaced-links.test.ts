import { afterEach, describe, expect, it } from "@jest/globals";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
afterEach(() => host.close());

const input = { amount: "200", purpose: "Iphone", reference: "order-1" };
const creates = { method: "POST", path: "/v2/payment_requests/" } as const;
const made = () => host.simulator.ledger().paymentRequests.map(({ id }) => id);
const run = (values: Record<string, unknown> = input) => host.run("generate-payment-link", values);

/** A link without an answer that no list shows, and whatever the runs after it do. */
async function loseOne(): Promise<void> {
  host = await startPluginHost({ simulator: { switches: { listLagSeconds: 3_600, webhookOnFailure: true } } });
  host.simulator.control.faults({ kind: "reset", ...creates });
  expect(await run()).toMatchObject({ port: "error", error: { outcome: "unknown" } });
}

/** Pays both one after the other and returns the reasons of what was told. */
async function payBoth(requests: readonly string[]) {
  const reasons = [];
  for (const paymentRequestId of requests) {
    host.simulator.control.pay({ paymentRequestId, outcome: "success" });
    const told = await host.event((each) => each.status === "Completed" && each.paymentRequestId === paymentRequestId);
    reasons.push(told.reason);
  }
  return reasons;
}

describe("a link that was replaced because nobody knew whether it exists", () => {
  it.each(["first", "second"])(
    "is one charge with its replacement: the %s link paid, the other is a duplicate",
    async (name) => {
      await loseOne();
      expect(await run()).toMatchObject({ port: "success", output: { replayed: false } });
      expect(made()).toHaveLength(2);
      expect(await payBoth(name === "first" ? made() : made().reverse())).toEqual([null, "duplicate"]);
    },
  );

  it("stays so over a replacement that was refused", async () => {
    await loseOne();
    host.simulator.control.faults({ kind: "status", ...creates, status: 400, body: { purpose: ["Bad."] } });
    expect(await run()).toMatchObject({ port: "error", error: { outcome: "not-applied" } });
    expect(await run()).toMatchObject({ port: "success" });
    expect(made()).toHaveLength(2);
    expect(await payBoth(made())).toEqual([null, "duplicate"]);
  });

  it("stays so when its replacement had to be replaced too", async () => {
    await loseOne();
    host.simulator.control.faults({ kind: "reset", ...creates });
    expect(await run()).toMatchObject({ port: "error", error: { outcome: "unknown" } });
    expect(await run()).toMatchObject({ port: "success" });
    const [first = "", , third = ""] = made();
    expect(await payBoth([third, first])).toEqual([null, "duplicate"]);
  });

  it("does not tell of a failed attempt on it once the other one is paid", async () => {
    await loseOne();
    await run();
    const [first = "", second = ""] = made();
    await payBoth([second]);
    host.simulator.control.pay({ paymentRequestId: first, outcome: "failure" });
    await payBoth([first]);
    expect(host.events.map(({ status }) => status)).not.toContain("Failed");
  });

  it("tells one of two payments that come at the same moment as the duplicate", async () => {
    await loseOne();
    await run();
    for (const paymentRequestId of made()) host.simulator.control.pay({ paymentRequestId, outcome: "success" });
    const [first, second] = await Promise.all(
      made().map((id) => host.event((each) => each.status === "Completed" && each.paymentRequestId === id)),
    );
    expect([first?.reason, second?.reason].sort()).toEqual(["duplicate", null].sort());
  });
});

describe("a link under a key whose earlier link was paid", () => {
  it("is another charge", async () => {
    host = await startPluginHost();
    const values = { amount: "200", purpose: "Iphone" };
    for (const _ of [1, 2]) {
      await host.run("generate-payment-link", values, { key: "run-1" });
      expect(await payBoth(made().slice(-1))).toEqual([null]);
    }
    expect(made()).toHaveLength(2);
  });
});
