import { afterEach, describe, expect, it } from "@jest/globals";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { offsetClock } from "../helpers/offset-clock.ts";
import { localCredentials, type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
let clock = offsetClock();
const minute = 60_000;
const start = async (options: PluginHostOptions = {}) => {
  clock = offsetClock();
  host = await startPluginHost({ ...options, host: { clock, ...options.host } });
};
afterEach(() => host.close());

const ask = (input: Record<string, unknown> = {}) =>
  host.run("generate-payment-link", { amount: "200", purpose: "Iphone", ...input });
async function link(input: Record<string, unknown> = {}): Promise<string> {
  const result = await ask(input);
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return String(result.output.paymentRequestId);
}
const pay = (paymentRequestId: string, outcome: "success" | "failure" | "pending" = "success") =>
  host.simulator.control.pay({ paymentRequestId, outcome, isForced: true });
const completed = () => host.events.filter(({ status }) => status === "Completed");
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
async function until(isSo: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await isSo()); await sleep(20)) {
    if (Date.now() > end) throw new Error("It did not come to that in time.");
  }
}
const reads = (path: string) =>
  host.simulator.ledger().calls.filter((call) => call.method === "GET" && call.path.startsWith(path)).length;
describe("a link whose creation was not answered", () => {
  it("is found by its tag and told, paid or not, without anybody running the node again", async () => {
    await start({ host: { timeouts: { headersMs: 300 } } });
    host.simulator.control.faults({ kind: "silent", method: "POST", path: "/v2/payment_requests/" });
    const result = await ask({ reference: "order-1" });
    expect(result).toMatchObject({ port: "error", error: { code: "outcome_unknown", outcome: "unknown" } });
    const [made] = host.simulator.ledger().paymentRequests;
    host.simulator.control.faults({ kind: "webhook-drop" });
    pay(made?.id as string);
    clock.advance(minute);
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({
      paymentRequestId: made?.id,
      reference: "order-1",
      source: "poll",
    });
    expect(host.simulator.ledger().paymentRequests).toHaveLength(1);
  });

  it("is never taken for ours by its amount and purpose", async () => {
    const store = await openSqliteStore({ file: ":memory:" });
    await start({ host: { store, timeouts: { headersMs: 300 } }, withWebhook: false });
    await link({ reference: "order-0" });
    host.simulator.control.faults({ kind: "silent", method: "POST", path: "/v2/payment_requests/", isApplied: false });
    await ask({ reference: "order-1" });
    const bearer = await fetch(`${host.simulator.url}/oauth2/token/`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: localCredentials.clientId,
        client_secret: localCredentials.clientSecret,
      }),
    }).then((reply) => reply.json() as Promise<{ access_token: string }>);
    const twin = await fetch(`${host.simulator.url}/v2/payment_requests/`, {
      method: "POST",
      headers: { authorization: `Bearer ${bearer.access_token}` },
      body: new URLSearchParams({ amount: "200.00", purpose: "Iphone" }),
    }).then((reply) => reply.json() as Promise<{ id: string }>);
    pay(twin.id);
    const before = reads("/v2/payments/");
    await until(() => reads("/v2/payments/") >= before + 3);
    expect(completed()).toEqual([]);
    const foreign = async () => (await store.sweep({ account: "shop", environment: "local" }))?.foreignPayments ?? 0;
    await until(async () => (await foreign()) === 1);
  });
});

describe("a deadline", () => {
  it("runs on the gateway's clock, which is ahead of ours", async () => {
    await start({ withWebhook: false });
    const id = await link({ expiresAfter: 30 });
    await host.simulator.control.advanceClock(31 * 60);
    expect(await host.event(({ status }) => status === "Cancelled")).toMatchObject({ paymentRequestId: id });
    expect(host.simulator.ledger().paymentRequests[0]).toMatchObject({ isDisabled: true });
  });

  it("does not come early because our clock jumps ahead", async () => {
    await start({ withWebhook: false });
    await link({ expiresAfter: 30 });
    clock.advance(600 * minute);
    const before = reads("/v2/payments/");
    await until(() => reads("/v2/payments/") > before);
    await sleep(1500);
    expect(host.events.map(({ status }) => status)).toEqual(["Pending"]);
    expect(host.simulator.ledger().paymentRequests[0]).toMatchObject({ isDisabled: false });
  });
});

describe("lists that cannot be read", () => {
  it("are soon read again however often that failed, while a buyer waits", async () => {
    await start({ withWebhook: false });
    const id = await link();
    const path = "/v2/payment_requests/";
    const listed = () =>
      host.simulator.ledger().calls.filter((call) => call.method === "GET" && call.path === path).length;
    const before = listed();
    host.simulator.control.faults({ kind: "status", status: 500, method: "GET", path, count: 18 });
    pay(id);
    for (const failed of [3, 6, 9, 12, 15, 18]) {
      await until(() => listed() >= before + failed);
      clock.advance(5_000);
    }
    await until(() => completed().length === 1, 8_000);
  }, 30_000);
});
