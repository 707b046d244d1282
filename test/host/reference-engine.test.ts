import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "@jest/globals";
import { registry } from "../../nodes/index.ts";
import type { Manifest } from "../../schemas/manifest.ts";
import { loadFromRegistry } from "../../src/runtime/load-units.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { type Engine, eventPort, type Flow, startEngine, type Trace } from "./reference-engine.ts";

const root = new URL("../../", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", root), "utf8")) as Manifest;
const credentials = { clientId: "test_client", clientSecret: "test_secret", salt: "0123456789abcdef" };

/** Sell, wait for the money, give it back: what an author draws. */
const sellAndRefund: Flow = {
  sell: {
    unit: "generate-payment-link",
    form: {
      amount: "200",
      purpose: "Iphone",
      customerName: "John",
      customerMobileNumber: 9999999999,
      customerEmail: "",
    },
  },
  paid: { unit: "payment-status", form: { statuses: ["Completed"] }, wires: { [eventPort]: "giveBack" } },
  giveBack: {
    unit: "create-refund",
    form: { paymentId: "{{paid.paymentId}}", issueType: "QFL", description: "Product is not good" },
    wires: { success: "look" },
  },
  look: { unit: "get-payment-status", form: { paymentRequestId: "{{sell.paymentRequestId}}" } },
  refunded: { unit: "payment-status", form: { statuses: ["Refunded"], accounts: ["shop"] } },
  failed: { unit: "payment-status", form: { statuses: ["Failed"] } },
};

let simulator: Simulator;
let engine: Engine;
const closers: (() => Promise<void>)[] = [];
let traces: Trace[];
let look: () => void;

async function open(options: { manifest?: Manifest; simulator?: SimulatorOptions } = {}): Promise<void> {
  simulator = await startSimulator({ ...credentials, ...options.simulator });
  closers.push(() => simulator.close());
  traces = [];
  look = () => {};
  const { clientId, clientSecret, salt } = credentials;
  engine = await startEngine({
    manifest: options.manifest ?? manifest,
    accounts: [{ name: "shop", baseUrl: simulator.url, clientId, clientSecret, privateSalts: [salt] }],
    store: await openSqliteStore({ file: ":memory:" }),
    load: loadFromRegistry(registry),
    onTrace(trace) {
      traces.push(trace);
      look();
    },
  });
  closers.push(() => engine.close());
}

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Resolves once a conversation has left a step; its test's time limit is the limit. */
function left(conversation: string, step: string): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    const previous = look;
    look = () => {
      previous();
      const found = traces.find((trace) => trace.conversation === conversation && trace.step === step);
      if (found) resolve(found.value as Record<string, unknown>);
    };
    look();
  });
}

const steps = (conversation: string) =>
  traces.filter((trace) => trace.conversation === conversation).map(({ step, port }) => `${step}:${port}`);

async function sell(conversation: string): Promise<string> {
  await engine.start("sell", conversation);
  const { paymentRequestId } = await left(conversation, "sell");
  return String(paymentRequestId);
}

describe("a flow engine that reads only the manifest", () => {
  it("knows nothing of the gateway, in at most 170 lines", () => {
    const source = readFileSync(new URL("test/host/reference-engine.ts", root), "utf8");
    expect(source).not.toMatch(
      /instamojo|mojo|generate-payment-link|create-refund|get-payment-status|payment-status"/i,
    );
    expect(source.trimEnd().split("\n").length).toBeLessThanOrEqual(170);
  });

  it("goes on with a run that waits for its payment, in its conversation", async () => {
    await open();
    await engine.deploy({
      sell: { unit: "collect-payment", form: { amount: "200", purpose: "Iphone" }, wires: { paid: "look" } },
      look: { unit: "get-payment-status", form: { paymentId: "{{sell.paymentId}}" } },
    });
    const paymentRequestId = await sell("c-1");
    expect(steps("c-1")).toEqual(["sell:link"]);
    simulator.control.pay({ paymentRequestId, outcome: "success" });
    expect(await left("c-1", "look")).toMatchObject({ status: "Completed", paymentRequestId });
    expect(steps("c-1")).toEqual(["sell:link", "sell:paid", "look:success"]);
  });

  it("lists the palette with the fields and ways out of each entry", async () => {
    await open();
    const fields = (id: string) => engine.palette.find((entry) => entry.id === id)?.fields;
    expect(engine.palette.map(({ id, label, category, ports }) => [id, label, category, ports])).toEqual([
      ["generate-payment-link", "Generate payment link", "Payment", ["success", "error"]],
      ["create-refund", "Create refund", "Payment", ["success", "error", "unknown"]],
      ["collect-payment", "Collect payment", "Payment", ["link", "paid", "failed", "expired", "cancelled", "error"]],
      ["get-payment-status", "Get payment status", "Payment", ["success", "error"]],
      ["get-refund-status", "Get refund status", "Payment", ["success", "error"]],
      ["list-payments", "List payments", "Payment", ["success", "error"]],
      ["disable-payment-link", "Disable payment link", "Payment", ["success", "error"]],
      ["enable-payment-link", "Enable payment link", "Payment", ["success", "error"]],
      ["payment-status", "Payment status", "Payment", ["event"]],
    ]);
    expect(fields("create-refund")).toEqual([
      "refundAmount",
      "uniqueTransactionId",
      "issueType",
      "description",
      "paymentId",
    ]);
    expect(fields("payment-status")).toEqual(["accounts", "statuses", "refundUpdates"]);
    expect([...engine.plugin.nodes.keys(), ...engine.plugin.events.keys()]).toEqual(engine.palette.map(({ id }) => id));
  });

  it("runs link, event, refund: the event starts the flow in the conversation that asked", async () => {
    await open({ simulator: { switches: { refundReviewSeconds: 60 } } });
    await engine.deploy(sellAndRefund);
    const requests = { alice: await sell("alice"), bob: await sell("bob") };
    simulator.control.pay({ paymentRequestId: requests.bob, outcome: "success" });
    const paid = await left("bob", "paid");
    expect(paid).toMatchObject({
      status: "Completed",
      amount: "200.00",
      paymentRequestId: requests.bob,
      source: "webhook",
    });
    const refund = await left("bob", "giveBack");
    expect(refund).toMatchObject({ state: "requested", amount: "200.00", paymentId: paid.paymentId });
    expect(await left("bob", "look")).toMatchObject({ paid: true, paymentId: paid.paymentId });
    expect(simulator.ledger().refunds).toMatchObject([{ id: refund.refundId, paymentId: paid.paymentId }]);

    await simulator.control.advanceClock(61);
    expect(await left("bob", "refunded")).toMatchObject({ status: "Refunded", reason: "full" });
    expect(steps("bob")).toEqual(["sell:success", "paid:event", "giveBack:success", "look:success", "refunded:event"]);
    expect(steps("alice")).toEqual(["sell:success"]);
    expect(simulator.ledger().payments).toMatchObject([{ refundedPaise: 20_000 }]);
  });

  it("starts the flow from a failed attempt, and again when the buyer tries once more", async () => {
    await open({ simulator: { switches: { webhookOnFailure: true } } });
    await engine.deploy(sellAndRefund);
    const paymentRequestId = await sell("carol");
    simulator.control.pay({ paymentRequestId, outcome: "failure" });
    expect(await left("carol", "failed")).toMatchObject({ status: "Failed", paymentRequestId });
    simulator.control.pay({ paymentRequestId, outcome: "success" });
    await left("carol", "look");
    expect(steps("carol")).toEqual(["sell:success", "failed:event", "paid:event", "giveBack:success", "look:success"]);
  });

  it("leaves by the error port for a form that is filled in wrongly, and asks the gateway nothing", async () => {
    await open();
    await engine.deploy({ sell: { unit: "generate-payment-link", form: { amount: "5", purpose: "" } } });
    await engine.start("sell", "dave");
    expect(steps("dave")).toEqual(["sell:error"]);
    const { fieldErrors } = await left("dave", "sell");
    expect((fieldErrors as { field: string }[]).map(({ field }) => field)).toEqual(["amount", "purpose"]);
    expect(simulator.ledger().calls).toEqual([]);
  });

  it("gives one link to a conversation that asks twice for the same", async () => {
    await open();
    await engine.deploy(sellAndRefund);
    expect(await sell("erin")).toBe(await sell("erin"));
    expect(simulator.ledger().paymentRequests).toHaveLength(1);
  });

  it("serves the routes of the manifest and nothing else", async () => {
    await open();
    const status = async (path: string, method = "GET") => (await fetch(engine.url + path, { method })).status;
    for (const path of ["/", "/integrations", "/integrations/instamojo/shop/other", "/integrations/instamojo/shop"]) {
      expect(await status(path)).toBe(404);
    }
    expect(await status("/integrations/instamojo/shop/return?op=x")).not.toBe(404);
    expect(await status("/integrations/instamojo/shop/return", "POST")).toBe(404);
  });

  it.each(["create-refund", "payment-status"])("has no %s once that is taken out of the manifest", async (id) => {
    const without = {
      ...manifest,
      nodes: manifest.nodes.filter((node) => node.id !== id),
      events: manifest.events.filter((event) => event.id !== id),
    };
    await open({ manifest: without });
    const left = registry.map((unit) => unit.id).filter((unit) => unit !== id);
    expect(engine.palette.map((entry) => entry.id)).toEqual(left);
    expect([...engine.plugin.nodes.keys(), ...engine.plugin.events.keys()]).toEqual(left);
  });
});
