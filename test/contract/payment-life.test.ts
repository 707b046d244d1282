import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { offsetClock } from "../helpers/offset-clock.ts";
import { localCredentials, type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
const clock = offsetClock();
const minute = 60_000;
const start = async (options: PluginHostOptions = {}) => {
  host = await startPluginHost({ ...options, host: { clock, ...options.host } });
};
afterEach(() => host.close());

async function link(input: Record<string, unknown> = {}, correlation?: unknown): Promise<string> {
  const asked = { amount: "200", purpose: "Iphone", ...input };
  const result = await host.run("generate-payment-link", asked, correlation === undefined ? {} : { correlation });
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return String(result.output["paymentRequestId"]);
}

const pay = (paymentRequestId: string, outcome: "success" | "failure" | "pending" = "success") =>
  host.simulator.control.pay({ paymentRequestId, outcome, isForced: true });
const told = (status: string) => host.events.filter((event) => event.status === status);

/** Both clocks move on together. */
async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await host.simulator.control.advanceClock(ms / 1000);
}

describe("the life of a payment", () => {
  it("tells a failed attempt with its reason, and Completed when the same link is paid after all", async () => {
    await start({ withWebhook: false });
    const id = await link();
    pay(id, "failure");
    const failed = await host.event(({ status }) => status === "Failed");
    expect(failed).toMatchObject({
      failure: { reason: "AUTHORIZATION_FAILED", message: "Transaction was declined by the bank" },
      previousStatus: "Pending",
      sequence: 2,
    });
    pay(id);
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({
      previousStatus: "Failed",
      sequence: 3,
    });
    expect(host.events.map(({ status }) => status)).toEqual(["Pending", "Failed", "Completed"]);
  });

  it("tells an unfinished payment as Processing and its end once", async () => {
    await start({ withWebhook: false });
    const id = await link();
    const pending = pay(id, "pending");
    await host.event(({ status }) => status === "Processing");
    host.simulator.control.pay({ paymentId: pending.id, outcome: "success" });
    await host.event(({ status }) => status === "Completed");
    expect(told("Processing")).toHaveLength(1);
  });

  it("closes a link whose time is up and tells Cancelled with reason expired", async () => {
    await start({ withWebhook: false });
    const id = await link({ expiresAfter: 30 });
    await pass(31 * minute);
    expect(await host.event(({ status }) => status === "Cancelled")).toMatchObject({
      reason: "expired",
      paymentId: null,
    });
    expect(host.simulator.ledger().paymentRequests.find((request) => request.id === id)).toMatchObject({
      isDisabled: true,
    });
    const status = await host.run("get-payment-status", { paymentRequestId: id });
    expect(status).toMatchObject({ port: "success", output: { status: "Cancelled", paid: false } });
  });

  it("tells no Cancelled for a link that was paid in its last minute", async () => {
    await start({ withWebhook: false });
    const id = await link({ expiresAfter: 30 });
    clock.advance(29 * minute);
    pay(id);
    clock.advance(2 * minute);
    await host.event(({ status }) => status === "Completed");
    expect(told("Cancelled")).toHaveLength(0);
  });

  it("tells no Cancelled while a payment is unfinished or the gateway refuses to close the link", async () => {
    await start({ withWebhook: false, simulator: { switches: { enableDisableRefused: true } } });
    const id = await link({ expiresAfter: 1 });
    await pass(2 * minute);
    await host.simulator.control.settled();
    const refused = () =>
      host.simulator.ledger().calls.some(({ path, status }) => path.endsWith("/disable/") && status === 403);
    while (!refused()) await new Promise((resolve) => setTimeout(resolve, 50));
    host.simulator.control.setSwitches({ enableDisableRefused: false });
    pay(id, "pending");
    await pass(10 * minute);
    await host.event(({ status }) => status === "Processing");
    expect(told("Cancelled")).toHaveLength(0);
  });

  it("tells a payment after the end as late, and a second one as duplicate", async () => {
    await start();
    const expired = await link({ expiresAfter: 1 });
    await pass(2 * minute);
    await host.event(({ status }) => status === "Cancelled");
    pay(expired);
    const late = await host.event((event) => event.status === "Completed" && event.paymentRequestId === expired);
    expect(late).toMatchObject({ reason: "late", previousStatus: "Cancelled" });

    const once = await link();
    pay(once);
    await host.event((event) => event.status === "Completed" && event.paymentRequestId === once);
    pay(once);
    expect(await host.event(({ reason }) => reason === "duplicate")).toMatchObject({ paymentRequestId: once });
  });

  it("calls no payment a duplicate on a link that may be paid repeatedly", async () => {
    await start();
    const id = await link({ allowRepeatedPayments: true });
    pay(id);
    await host.event(({ status }) => status === "Completed");
    const second = pay(id);
    expect(await host.event((event) => event.paymentId === second.id)).toMatchObject({
      status: "Completed",
      reason: null,
    });
  });

  it("starts nothing while the account is inactive, and keeps the state", async () => {
    const store = await openSqliteStore({ file: ":memory:" });
    await start({ host: { store } });
    const event = host.plugin.events.get("payment-status");
    await event?.deactivate("shop");
    const quiet = await link();
    pay(quiet);
    const shop = { account: "shop", environment: "local" } as const;
    const isSettled = async () => (await store.requestById(shop, quiet))?.status === "Completed";
    while (!(await isSettled())) await new Promise((resolve) => setTimeout(resolve, 20));
    await event?.activate("shop");
    const heard = await link();
    pay(heard);
    await host.event((told) => told.paymentRequestId === heard && told.status === "Completed");
    expect(host.events.filter((told) => told.paymentRequestId === quiet)).toEqual([]);
  });
});

describe("a webhook", () => {
  async function paidFields(amount = "200.00"): Promise<{ url: string; fields: URLSearchParams }> {
    const id = await link();
    host.simulator.control.faults({ kind: "webhook-drop" });
    const payment = pay(id);
    const created = host.simulator.ledger().calls.find(({ path }) => path === "/v2/payment_requests/");
    const fields = new URLSearchParams({
      amount,
      buyer: "John@test.com",
      payment_id: payment.id,
      payment_request_id: id,
      status: "Credit",
      mac: "0".repeat(40),
    });
    return { url: String(created?.body["webhook"]), fields };
  }
  const post = (url: string, body: URLSearchParams) => fetch(url, { method: "POST", body });

  it("that repeats a hundred times makes one event", async () => {
    await start({ withSalt: false });
    const { url, fields } = await paidFields();
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(url, fields)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await host.event(({ status }) => status === "Completed");
    await post(url, fields);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(told("Completed")).toHaveLength(1);
  });

  it("that claims more than was paid starts nothing but what the gateway confirms", async () => {
    await start({ withSalt: false });
    const { url, fields } = await paidFields("20000.00");
    await post(url, fields);
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({ amount: "200.00" });
  });

  it("with a wrong signature, token or account gets the same refusal and no read follows", async () => {
    await start();
    const { url, fields } = await paidFields();
    const before = host.simulator.ledger().calls.length;
    const answers = await Promise.all(
      [url, url.replace(/id=[^&]+/, "id=wrong"), url.replace("/shop", "/shop2")].map((address) =>
        post(address, fields),
      ),
    );
    const seen = await Promise.all(answers.map(async (answer) => [answer.status, await answer.text()]));
    expect(seen).toEqual([
      [403, "Forbidden."],
      [403, "Forbidden."],
      [403, "Forbidden."],
    ]);
    expect(host.simulator.ledger().calls).toHaveLength(before);
  });

  it("for a payment that does not exist starts nothing", async () => {
    await start({ withSalt: false });
    const { url, fields } = await paidFields();
    fields.set("payment_id", "MOJO0000000000000001");
    expect((await post(url, fields)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(told("Completed")).toHaveLength(0);
  });

  it("of a payment of another link cannot pay for this one", async () => {
    await start({ withSalt: false });
    const cheap = await link({ amount: "9" });
    const { url, fields } = await paidFields();
    host.simulator.control.faults({ kind: "webhook-drop" });
    const other = pay(cheap);
    fields.set("payment_id", other.id);
    await post(url, fields);
    const event = await host.event(({ status }) => status === "Completed");
    expect(event).toMatchObject({ paymentRequestId: cheap, amount: "9.00" });
  });
});

describe("the return page", () => {
  it("shows what a read says, whatever its own query claims, and settles it", async () => {
    await start({ withWebhook: false });
    const id = await link();
    const redirect = host.simulator.ledger().paymentRequests.find((request) => request.id === id)
      ?.redirectUrl as string;
    const open = async () => (await fetch(`${redirect}&payment_status=Credit&payment_id=MOJO1`)).text();
    expect(await open()).not.toContain("Payment received");
    expect(told("Completed")).toHaveLength(0);
    pay(id);
    expect(await open()).toContain("Payment received");
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({ paymentRequestId: id });
  });
});

describe("a restart", () => {
  it("loses nothing: what was paid meanwhile and what was not taken is delivered, in the same conversation", async () => {
    const folder = mkdtempSync(join(tmpdir(), "instamojo-life-"));
    try {
      const storeFile = join(folder, "ledger.db");
      const dataFile = join(folder, "gateway.json");
      await start({ storeFile, withWebhook: false, simulator: { dataFile } });
      const correlation = { conversation: "c-9" };
      const id = await link({}, correlation);
      await host.event(({ status }) => status === "Pending");
      await host.close();
      const { port } = new URL(host.simulator.url);
      await start({ storeFile, withWebhook: false, simulator: { dataFile, port: Number(port) } });
      pay(id);
      const event = await host.event(({ status }) => status === "Completed");
      expect(event).toMatchObject({ correlation, sequence: 2 });
      expect(told("Pending")).toHaveLength(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the gateway at its least helpful", () => {
  it("still confirms what was paid, late and with the surcharge, and never tells what its ledger does not hold", async () => {
    await start({ simulator: { profile: "hostile", switches: { lateWriteEvery: 0 } } });
    const id = await link();
    await pass(121_000);
    pay(id);
    await host.simulator.control.settled();
    expect(told("Completed")).toHaveLength(0);
    await pass(130_000);
    clock.advance(10 * minute);
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({
      reason: "overpaid",
      amount: "202.36",
    });
  });
});

describe("get payment status", () => {
  it.each(["paymentRequestId", "paymentId", "link"])("reads by %s", async (field) => {
    await start();
    const id = await link({ reference: "order-1", customerName: "John" });
    const failed = pay(id, "failure");
    const paid = pay(id);
    const request = await host.run("get-payment-status", { paymentRequestId: id });
    const address = request.port === "success" ? request.output["link"] : "";
    const values: Record<string, unknown> = { paymentRequestId: id, paymentId: paid.id, link: address };
    expect(await host.run("get-payment-status", { [field]: values[field] })).toMatchObject({
      port: "success",
      output: {
        status: "Completed",
        paid: true,
        paymentRequestId: id,
        paymentId: paid.id,
        amount: "200.00",
        reference: "order-1",
        purpose: "Iphone",
        payments: [
          { paymentId: failed.id, status: "Failed" },
          { paymentId: paid.id, status: "Completed", amount: "200.00" },
        ],
      },
    });
  });

  it("says Pending before, Failed after a failed attempt and Refunded after the case is concluded", async () => {
    await start();
    const id = await link();
    const status = async () => {
      const result = await host.run("get-payment-status", { paymentRequestId: id });
      return result.port === "success" ? result.output["status"] : result;
    };
    expect(await status()).toBe("Pending");
    pay(id, "failure");
    expect(await status()).toBe("Failed");
    const { id: paymentId } = pay(id);
    await host.event((event) => event.status === "Completed");
    await host.run("create-refund", { paymentId, issueType: "QFL", description: "Product is not good" });
    await host.event((event) => event.status === "Refunded");
    expect(await status()).toBe("Refunded");
  });

  it("tells an unknown id as not found", async () => {
    await start();
    const result = await host.run("get-payment-status", { paymentId: "MOJO0000000000000001" });
    expect(result).toMatchObject({ port: "error", error: { code: "not_found", statusCode: 404 } });
  });
});

describe("what everybody may see", () => {
  it("holds no secret, token, salt or signature, in outputs, errors and events", async () => {
    await start();
    const id = await link({}, { conversation: "c-1" });
    const { id: paymentId } = pay(id);
    await host.event((event) => event.status === "Completed");
    const results = [
      await host.run("get-payment-status", { paymentId }),
      await host.run("create-refund", { paymentId, issueType: "QFL", description: "Product is not good" }),
      await host.run("create-refund", {
        paymentId,
        refundAmount: "1",
        uniqueTransactionId: "x",
        issueType: "QFL",
        description: "x",
      }),
    ];
    const webhook = host.simulator.ledger().calls.find(({ path }) => path === "/v2/payment_requests/")?.body["webhook"];
    const token = new URL(String(webhook)).searchParams.get("id") as string;
    const shown = JSON.stringify([results, host.events, host.plugin.accounts.list()]);
    for (const secret of [localCredentials.clientSecret, localCredentials.salt, token])
      expect(shown).not.toContain(secret);
    expect(shown).toContain(paymentId);
  });
});
