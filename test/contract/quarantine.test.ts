import { afterEach, describe, expect, it } from "@jest/globals";
import type { FlowError } from "../../src/runtime/errors.ts";
import type { MessageRow } from "../../src/store/rows.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { offsetClock } from "../helpers/offset-clock.ts";
import { type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
let store: Store;
const clock = offsetClock();
const minute = 60_000;
const hour = 60 * minute;
const john = { by: "John", reason: "The bank says that it is paid." };
const start = async (options: PluginHostOptions = {}) => {
  store = await openSqliteStore({ file: ":memory:" });
  host = await startPluginHost({ ...options, host: { clock, store, ...options.host } });
};
afterEach(() => host.close());

async function link(): Promise<string> {
  const result = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return String(result.output.paymentRequestId);
}

/** From now on every read of payments is answered with the gateway's own words, these fields changed. */
function poison(paymentRequestId: string, changes: Record<string, unknown>): string {
  const payment = host.simulator.control.pay({ paymentRequestId, outcome: "success", isForced: true });
  host.simulator.control.faults({
    kind: "status",
    method: "GET",
    path: "/v2/payments/*",
    status: 200,
    count: 0,
    body: { ...payment, ...changes },
  });
  return payment.id;
}
const heal = () => host.simulator.control.faults({ kind: "clear" });

async function until<T>(look: () => Promise<T | undefined | false>, withinMs = 8_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error("It did not happen in time.");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const heldRows = async () => (await store.held(100)).messages;
const held = () => until(async () => (await heldRows())[0]);
const completed = () => host.events.filter(({ status }) => status === "Completed");
const refusal = async (work: Promise<unknown>): Promise<FlowError> =>
  work.then(
    () => Promise.reject(new Error("Nothing was thrown.")),
    (thrown) => thrown as FlowError,
  );
const everyPoison: readonly [string, Record<string, unknown>, string][] = [
  ["a smaller amount", { amount: "9.00" }, "amount"],
  ["another currency", { currency: "USD" }, "currency"],
  ["another seller", { seller: "https://api.instamojo.com/v2/users/0123456789abcdef0123456789abcdef/" }, "seller"],
];

describe.each(["documented", "hostile"] as const)("a payment that contradicts, with a %s gateway", (profile) => {
  const simulator = { profile, switches: { lateWriteEvery: 0, readLagSeconds: 0, listLagSeconds: 0 } } as const;

  it.each(everyPoison)("is held when the read names %s, and starts nothing", async (_, changes, cause) => {
    await start({ simulator });
    const id = await link();
    const paymentId = poison(id, changes);
    expect(await held()).toMatchObject({ state: "quarantined", cause, paymentId, paymentRequestId: id });
    expect(completed()).toEqual([]);
    expect((await store.health())[0]).toMatchObject({ heldMessages: 1 });
  });

  it.each(everyPoison)("is held once without any webhook when the read names %s", async (_, changes, cause) => {
    await start({ simulator, withWebhook: false });
    const id = await link();
    const paymentId = poison(id, changes);
    expect(await held()).toMatchObject({
      state: "quarantined",
      source: "poll",
      cause,
      paymentId,
      paymentRequestId: id,
    });
    clock.advance(10_000);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await heldRows()).toHaveLength(1);
    expect(completed()).toEqual([]);
  });
});

describe("a payment in quarantine", () => {
  it("of a request that the gateway says is another is held, webhook or not", async () => {
    await start();
    const id = await link();
    poison(id, { payment_request: "https://api.instamojo.com/v2/payment_requests/0123456789abcdef0123456789abcdef/" });
    const other = {
      ...host.simulator.ledger().paymentRequests[0],
      id: "0123456789abcdef0123456789abcdef",
      status: "Completed",
      amount: "200.00",
      purpose: "Iphone",
      longurl: `${host.simulator.url}/@x/0123456789abcdef0123456789abcdef`,
      payments: [],
    };
    host.simulator.control.faults({
      kind: "status",
      method: "GET",
      path: "/v2/payment_requests/0123456789abcdef0123456789abcdef/",
      status: 200,
      count: 0,
      body: other,
    });
    expect((await held()).cause).toBe("payment request");
    expect(completed()).toEqual([]);
  });

  it("ends by itself once the reads agree", async () => {
    await start();
    poison(await link(), { amount: "9.00" });
    await held();
    heal();
    clock.advance(2 * minute);
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({ amount: "200.00", reason: null });
    await until(async () => (await heldRows()).length === 0);
  });

  it("found without a webhook ends by itself too", async () => {
    await start({ withWebhook: false });
    poison(await link(), { amount: "9.00" });
    await held();
    heal();
    clock.advance(2 * minute);
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({
      amount: "200.00",
      source: "poll",
    });
    await until(async () => (await heldRows()).length === 0);
  });

  it("is Completed with reason accepted when a named operator says so, once", async () => {
    await start();
    const paymentId = poison(await link(), { amount: "150.00" });
    const { id, tag } = await held();
    await host.plugin.quarantine.accept(id, john);
    const event = await host.event(({ status }) => status === "Completed");
    expect(event).toMatchObject({ reason: "accepted", paymentId, amount: "150.00" });
    expect(await heldRows()).toEqual([]);
    const history = await store.history(tag as string);
    expect(history?.decisions).toMatchObject([{ ...john, action: "accept", subject: id }]);
    expect((await refusal(host.plugin.quarantine.accept(id, john))).code).toBe("invalid_input");
    clock.advance(2 * hour);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(completed()).toHaveLength(1);
  });

  it("starts nothing when it is dismissed, and the same contradiction is not shown again", async () => {
    await start();
    const request = await link();
    poison(request, { amount: "150.00" });
    const { id, tag } = await held();
    await host.plugin.quarantine.dismiss(id, { by: "John", reason: "Paid in cash." });
    expect(await heldRows()).toEqual([]);
    clock.advance(2 * hour);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await heldRows()).toEqual([]);
    expect(completed()).toEqual([]);
    expect((await store.history(tag as string))?.decisions).toMatchObject([{ action: "dismiss", by: "John" }]);
  });

  it.each([
    ["no name", { by: " ", reason: "Paid." }],
    ["no reason", { by: "John", reason: "" }],
  ])("is not decided with %s", async (_, decision) => {
    await start();
    poison(await link(), { amount: "150.00" });
    const { id } = await held();
    for (const decide of [host.plugin.quarantine.accept, host.plugin.quarantine.dismiss]) {
      expect(await refusal(decide(id, decision))).toMatchObject({ code: "invalid_input" });
    }
    expect(await heldRows()).toHaveLength(1);
  });

  it("is not accepted while the gateway cannot be asked or does not call it paid", async () => {
    await start();
    const request = await link();
    poison(request, { amount: "150.00" });
    const { id } = await held();
    heal();
    host.simulator.control.faults({ kind: "status", method: "GET", path: "/v2/payments/*", status: 500, count: 0 });
    expect(await refusal(host.plugin.quarantine.accept(id, john))).toMatchObject({ code: "gateway_error" });
    heal();
    poison(request, { id: (await heldRows())[0]?.paymentId, status: false });
    expect(await refusal(host.plugin.quarantine.accept(id, john))).toMatchObject({ code: "invalid_input" });
    expect(completed()).toEqual([]);
  });
});

describe("a message that nothing confirms", () => {
  it("is asked about for 72 hours, then parked and listed; a later word of the gateway still counts", async () => {
    await start({ withSalt: false, withWebhook: true });
    const id = await link();
    host.simulator.control.faults({ kind: "webhook-drop" });
    const payment = host.simulator.control.pay({ paymentRequestId: id, outcome: "success" });
    host.simulator.control.faults({ kind: "status", method: "GET", path: "/v2/payments/*", status: 404, count: 0 });
    const webhook = host.simulator.ledger().paymentRequests[0]?.webhook as string;
    const body = new URLSearchParams({ payment_id: payment.id, payment_request_id: id, status: "Credit" });
    expect((await fetch(webhook, { method: "POST", body })).status).toBe(200);
    clock.advance(72 * hour);
    expect(await held()).toMatchObject({
      state: "parked",
      cause: "not_found",
      paymentId: payment.id,
    } as Partial<MessageRow>);
    heal();
    await host.plugin.quarantine.recheck((await held()).id);
    await host.event(({ status }) => status === "Completed");
    await until(async () => (await heldRows()).length === 0);
  });
});
