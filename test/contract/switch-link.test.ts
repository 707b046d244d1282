import { afterEach, describe, expect, it } from "@jest/globals";
import { FlowError } from "../../src/runtime/errors.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
const start = async (options: PluginHostOptions = {}) => {
  host = await startPluginHost({ withWebhook: false, ...options });
};
afterEach(() => host.close());

async function link(input: Record<string, unknown> = {}): Promise<{ id: string; link: string }> {
  const made = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone", reference: "a", ...input });
  if (made.port !== "success") throw new Error(JSON.stringify(made));
  return { id: String(made.output.paymentRequestId), link: String(made.output.link) };
}

const disable = (id: string) => host.run("disable-payment-link", { paymentRequestId: id });
const enable = (id: string) => host.run("enable-payment-link", { paymentRequestId: id });
const standing = async (id: string) => {
  const result = await host.run("get-payment-status", { paymentRequestId: id });
  return result.port === "success" ? result.output.status : result;
};
const pay = (id: string, outcome: "success" | "pending" | "failure" = "success", isForced = false) =>
  host.simulator.control.pay({ paymentRequestId: id, outcome, isForced }).id;
const isDisabled = (id: string) =>
  host.simulator.ledger().paymentRequests.find((request) => request.id === id)?.isDisabled;
const told = (status: string) => host.events.filter((event) => event.status === status);

/** Lets the plugin look at closed links for a while. */
async function watch(): Promise<void> {
  const calls = () => host.simulator.ledger().calls.length;
  for (let round = 0; round < 3; round += 1) {
    const before = calls();
    host.advance(10_000);
    while (calls() === before) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("Disable payment link", () => {
  it("closes the link and tells Cancelled with reason disabled", async () => {
    await start();
    const { id, link: address } = await link();
    expect(await disable(id)).toMatchObject({
      port: "success",
      output: {
        account: "shop",
        environment: "local",
        paymentRequestId: id,
        link: address,
        disabled: true,
        status: "Cancelled",
        paid: false,
        amount: "200.00",
        purpose: "Iphone",
        reference: "a",
        response: { id, status: "Pending" },
      },
    });
    expect(isDisabled(id)).toBe(true);
    expect(await host.event(({ status }) => status === "Cancelled")).toMatchObject({
      reason: "disabled",
      source: "action",
      paymentRequestId: id,
      paymentId: null,
    });
    expect(await standing(id)).toBe("Cancelled");
  });

  it("takes the address of the payment page too", async () => {
    await start();
    const { id, link: address } = await link();
    const result = await host.run("disable-payment-link", { link: address });
    expect(result).toMatchObject({ port: "success", output: { paymentRequestId: id, disabled: true } });
    expect(isDisabled(id)).toBe(true);
  });

  it("of a disabled link succeeds again and tells nothing twice", async () => {
    await start();
    const { id } = await link();
    await disable(id);
    expect(await disable(id)).toMatchObject({ port: "success", output: { disabled: true, status: "Cancelled" } });
    await watch();
    expect(told("Cancelled")).toHaveLength(1);
  });

  it("of a paid link says that it is paid, gives nothing back and tells no Cancelled", async () => {
    await start();
    const { id } = await link();
    pay(id);
    await host.event(({ status }) => status === "Completed");
    expect(await disable(id)).toMatchObject({
      port: "success",
      output: { disabled: true, status: "Completed", paid: true },
    });
    await watch();
    expect(told("Cancelled")).toEqual([]);
    expect(host.simulator.ledger().refunds).toEqual([]);
  });

  it("finds by itself that the link was paid a moment ago", async () => {
    await start();
    const { id } = await link();
    pay(id);
    expect(await disable(id)).toMatchObject({ output: { disabled: true, status: "Completed", paid: true } });
    expect(told("Cancelled")).toEqual([]);
  });

  it("tells Cancelled only when an unfinished payment has failed", async () => {
    await start();
    const { id } = await link();
    const payment = pay(id, "pending");
    expect(await disable(id)).toMatchObject({ port: "success", output: { disabled: true, status: "Processing" } });
    await watch();
    expect(told("Cancelled")).toEqual([]);
    host.simulator.control.pay({ paymentId: payment, outcome: "failure" });
    await watch();
    expect(await host.event(({ status }) => status === "Cancelled")).toMatchObject({ reason: "disabled" });
  });

  it("tells Completed, never Cancelled, when an unfinished payment goes through", async () => {
    await start();
    const { id } = await link();
    const payment = pay(id, "pending");
    await disable(id);
    host.simulator.control.pay({ paymentId: payment, outcome: "success" });
    await watch();
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({ reason: null });
    expect(told("Cancelled")).toEqual([]);
  });

  it("succeeds where reads do not show the end yet, and tells Cancelled later", async () => {
    await start({ simulator: { switches: { readLagSeconds: 120 } } });
    const { id } = await link();
    expect(await disable(id)).toMatchObject({ port: "success", output: { disabled: true, status: "Pending" } });
    expect(told("Cancelled")).toEqual([]);
    await host.simulator.control.advanceClock(200);
    host.advance(200_000);
    await watch();
    expect(await host.event(({ status }) => status === "Cancelled")).toMatchObject({
      reason: "disabled",
      source: "poll",
    });
  });

  it("closes a link that was not made here", async () => {
    await start();
    const { id } = await link();
    const other = await startPluginHost({ simulator: {} });
    try {
      other.accounts[0] = { ...host.accounts[0]! };
      const run = (node: string) => other.run(node, { paymentRequestId: id });
      expect(await run("disable-payment-link")).toMatchObject({
        port: "success",
        output: { disabled: true, status: "Pending", paid: false, amount: "200.00", reference: null },
      });
      expect(isDisabled(id)).toBe(true);
      expect(await run("enable-payment-link")).toMatchObject({ port: "success", output: { disabled: false } });
      expect(isDisabled(id)).toBe(false);
    } finally {
      await other.close();
    }
  });

  it("of a link that does not exist is not found", async () => {
    await start();
    for (const run of [disable, enable]) {
      expect(await run("0".repeat(32))).toMatchObject({ port: "error", error: { code: "not_found" } });
    }
  });
});

describe("Enable payment link", () => {
  it("opens a disabled link again: it is Pending, payable, and a payment is none that came late", async () => {
    await start();
    const { id } = await link();
    await disable(id);
    expect(await enable(id)).toMatchObject({
      port: "success",
      output: { paymentRequestId: id, disabled: false, status: "Pending", paid: false, reference: "a" },
    });
    expect(isDisabled(id)).toBe(false);
    expect(await standing(id)).toBe("Pending");
    await watch();
    expect(told("Cancelled")).toHaveLength(1);
    pay(id);
    await watch();
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({ reason: null });
  });

  it("opens an expired link again for good", async () => {
    await start();
    const { id } = await link({ expiresAfter: 1 });
    await host.simulator.control.advanceClock(120);
    host.advance(120_000);
    await host.event(({ status }) => status === "Cancelled");
    expect(await enable(id)).toMatchObject({ port: "success", output: { disabled: false, status: "Pending" } });
    await watch();
    expect(isDisabled(id)).toBe(false);
  });

  it("of a link that is open changes nothing, its time to pay included", async () => {
    await start();
    const { id } = await link({ expiresAfter: 1 });
    const before = host.events.length;
    expect(await enable(id)).toMatchObject({ port: "success", output: { disabled: false, status: "Pending" } });
    expect(await enable(id)).toMatchObject({ port: "success" });
    expect(host.events).toHaveLength(before);
    await host.simulator.control.advanceClock(120);
    host.advance(120_000);
    expect(await host.event(({ status }) => status === "Cancelled")).toMatchObject({ reason: "expired" });
  });
});

describe("an account that may not switch links", () => {
  const refused = {
    port: "error",
    error: {
      code: "link_switch_refused",
      outcome: "not-applied",
      retryable: false,
      remedy:
        "Disable or enable the link in the Instamojo dashboard, or ask Instamojo to allow it for this account's API client.",
    },
  };

  it("is told so, and the link stays as it was", async () => {
    await start({ simulator: { switches: { enableDisableRefused: true } } });
    const { id } = await link();
    for (const run of [disable, enable]) {
      expect(await run(id)).toMatchObject({ ...refused, error: { ...refused.error, statusCode: 403 } });
    }
    expect(isDisabled(id)).toBe(false);
    expect(await standing(id)).toBe("Pending");
    pay(id);
    host.advance(10_000);
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({ reason: null });
  });

  it("with 401 for an application's token goes on with everything else at once", async () => {
    await start();
    const { id } = await link();
    const body = { success: false, message: "Authentication credentials were not provided." };
    host.simulator.control.faults({
      kind: "status",
      path: "/v2/payment_requests/*/disable/",
      status: 401,
      body,
      count: 0,
    });
    expect(await disable(id)).toMatchObject({ ...refused, error: { ...refused.error, statusCode: 401 } });
    expect(await standing(id)).toBe("Pending");
    const disables = host.simulator.ledger().calls.filter(({ path }) => path.endsWith("/disable/"));
    expect(disables).toHaveLength(2);
  });

  it("is not meant where the credentials themselves are refused", async () => {
    await start();
    const { id } = await link();
    host.simulator.control.faults({ kind: "revoke-tokens" });
    host.simulator.control.faults({
      kind: "status",
      path: "/oauth2/token/",
      status: 401,
      body: { error: "invalid_client" },
      count: 0,
    });
    expect(await disable(id)).toMatchObject({ port: "error", error: { code: "credentials_refused" } });
  });
});

it("says to run the node again when the answer was lost, and then succeeds", async () => {
  await start({ host: { timeouts: { headersMs: 300, bodyMs: 300 } } });
  const { id } = await link();
  host.simulator.control.faults({ kind: "reset", path: "/v2/payment_requests/*/disable/" });
  expect(await disable(id)).toMatchObject({
    port: "error",
    error: {
      code: "outcome_unknown",
      outcome: "unknown",
      retryable: true,
      remedy: "Run the node again: switching a link to what it is already changes nothing.",
    },
  });
  expect(await disable(id)).toMatchObject({ port: "success", output: { disabled: true, status: "Cancelled" } });
});

describe("a ledger that cannot be written while a link is switched", () => {
  it("does not make the node say that nothing was done", async () => {
    const store = await openSqliteStore({ file: ":memory:" });
    let isFull = false;
    const full = async (): Promise<never> => {
      throw new FlowError("store_unavailable", "There is no room.");
    };
    const commit: Store["commit"] = (change) => (isFull ? full() : store.commit(change));
    await start({ host: { store: { ...store, commit } } });
    const { id } = await link();
    isFull = true;
    expect(await disable(id)).toMatchObject({
      port: "error",
      error: { code: "store_unavailable", outcome: "applied" },
    });
    expect(isDisabled(id)).toBe(true);
    isFull = false;
    expect(await disable(id)).toMatchObject({ port: "success", output: { disabled: true } });
    isFull = true;
    expect(await enable(id)).toMatchObject({ port: "error", error: { code: "store_unavailable", outcome: "applied" } });
    expect(isDisabled(id)).toBe(false);
  });
});
