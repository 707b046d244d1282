import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { PluginEvent } from "../../src/plugin.ts";
import type { Taker } from "../../src/runtime/host.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { offsetClock } from "../helpers/offset-clock.ts";
import { type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";

jest.setTimeout(30_000);
const clock = offsetClock();
const hour = 3_600_000;
let host: PluginHost;
let store: Store;
let paymentStatus: PluginEvent;

async function start({ storeFile = ":memory:", ...options }: PluginHostOptions = {}): Promise<void> {
  store = await openSqliteStore({ file: storeFile });
  host = await startPluginHost({ ...options, host: { clock, store, ...options.host } });
  paymentStatus = host.plugin.events.get("payment-status") as PluginEvent;
}
afterEach(() => host.close());

async function link(correlation?: unknown): Promise<string> {
  const extra = correlation === undefined ? {} : { correlation };
  const result = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" }, extra);
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return String(result.output["paymentRequestId"]);
}
const pay = (paymentRequestId: string) =>
  host.simulator.control.pay({ paymentRequestId, outcome: "success", isForced: true });
const paid = (paymentRequestId: string) => (event: PaymentStatusEvent) =>
  event.status === "Completed" && event.paymentRequestId === paymentRequestId;

/** A taker of what is on by default that does what `behave` says. */
function taker(id: string, behave: (event: PaymentStatusEvent) => Promise<void> | void = () => {}) {
  const received: PaymentStatusEvent[] = [];
  const whole: Taker = {
    id,
    async deliver(event) {
      received.push(event);
      await behave(event);
    },
  };
  return { ...whole, received };
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 10))) {
    if (await isTrue()) return;
  }
  throw new Error(`It never came true: ${JSON.stringify(await paymentStatus.undelivered())}`);
}

/** Lets the pauses between the attempts pass. */
const untilParked = () =>
  until(async () => {
    clock.advance(9 * hour);
    return (await paymentStatus.undelivered()).parked > 0;
  });

describe("a taker", () => {
  it("that hangs and one that throws slow down neither the webhook nor another taker", async () => {
    await start();
    const hangs = taker("hangs", () => new Promise<void>(() => {}));
    const throws = taker("throws", () => {
      throw new Error("no");
    });
    await paymentStatus.subscribe({ ...hangs, width: 3, timeoutMs: 400 });
    await paymentStatus.subscribe(throws);
    const ids = await Promise.all(Array.from({ length: 6 }, () => link()));
    for (const id of ids) pay(id);
    await Promise.all(ids.map((id) => host.event(paid(id))));
    await host.simulator.control.settled();
    const webhooks = host.simulator.ledger().webhooks;
    expect(webhooks).toHaveLength(6);
    expect(webhooks.filter(({ state, attempts }) => state !== "delivered" || attempts.length > 1)).toEqual([]);
    expect(host.events.filter(({ status }) => status === "Completed")).toHaveLength(6);
  });

  it("that comes new starts from now, and one that is gone for good leaves nothing on its way", async () => {
    await start();
    const before = await link();
    pay(before);
    await host.event(paid(before));
    const fails = taker("fails", () => Promise.reject(new Error("no")));
    const subscription = await paymentStatus.subscribe(fails);
    const after = await link();
    pay(after);
    await until(() => fails.received.length > 0);
    expect(fails.received.filter(({ paymentRequestId }) => paymentRequestId === before)).toEqual([]);
    await subscription.forget();
    expect(await paymentStatus.undelivered()).toMatchObject({ waiting: 0, parked: 0, unclaimed: { "no-taker": 0 } });
  });
});

describe("an event that nobody takes", () => {
  it("is parked after the last attempt with its successors held, and sent again in order on request", async () => {
    await start();
    let isBroken = true;
    const flow = taker("flow", () => {
      if (isBroken) throw new Error("no");
    });
    await paymentStatus.subscribe(flow);
    const id = await link();
    pay(id);
    await host.event(paid(id));
    await untilParked();
    expect(flow.received).toHaveLength(11);
    pay(id);
    await host.event(({ reason }) => reason === "duplicate");
    await until(async () => (await paymentStatus.undelivered()).waiting === 1);
    const { chains } = await paymentStatus.undelivered();
    const [first, second] = [flow.received[0]?.id as string, chains[0]?.held[0]?.eventId as string];
    expect(chains).toMatchObject([
      { parked: { eventId: first, takerId: "flow", attempts: 11, cause: "Error" }, held: [{ takerId: "flow" }] },
    ]);
    clock.advance(1000 * hour);
    const elsewhere = await link();
    isBroken = false;
    pay(elsewhere);
    await until(() => flow.received.some(paid(elsewhere)));
    expect(flow.received.filter(paid(id))).toHaveLength(11);

    expect(await paymentStatus.redeliver(first)).toEqual(expect.arrayContaining(["flow", "test"]));
    await until(() => flow.received.filter(paid(id)).length === 13);
    expect(
      flow.received
        .filter(paid(id))
        .slice(11)
        .map((event) => event.id),
    ).toEqual([first, second]);
    await until(async () => (await paymentStatus.undelivered()).waiting === 0);
  });

  it("keeps its attempts over a restart", async () => {
    const folder = mkdtempSync(join(tmpdir(), "instamojo-delivery-"));
    try {
      const storeFile = join(folder, "ledger.db");
      await start({ storeFile });
      const flow = taker("flow", () => Promise.reject(new Error("no")));
      await paymentStatus.subscribe(flow);
      const id = await link();
      pay(id);
      await until(() => flow.received.length >= 3);
      await host.close();
      await start({ storeFile });
      const again = taker("flow", () => Promise.reject(new Error("no")));
      await paymentStatus.subscribe(again);
      await untilParked();
      expect(flow.received.length + again.received.length).toBe(11);
      expect(new Set([...flow.received, ...again.received].map((event) => event.id)).size).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is kept as unclaimed where no taker wants it, and goes to one that wants it when asked", async () => {
    await start();
    await paymentStatus.forgetOthers([]);
    const id = await link();
    pay(id);
    await until(async () => (await paymentStatus.undelivered()).unclaimed["no-taker"] === 1);
    const other = taker("other account");
    await paymentStatus.subscribe({ ...other, accounts: ["store"] });
    const held = await host.plugin.nodes
      .get("get-payment-status")
      ?.run({ account: "shop", input: { paymentRequestId: id } });
    expect(held).toMatchObject({ port: "success", output: { status: "Completed" } });
    const eventId = (await heldEvents())[0] as string;
    expect(await paymentStatus.redeliver(eventId)).toEqual([]);
    const flow = taker("flow");
    await paymentStatus.subscribe(flow);
    expect(flow.received).toEqual([]);
    expect(await paymentStatus.redeliver(eventId)).toEqual(["flow"]);
    await until(() => flow.received.some(paid(id)));
    expect(other.received).toEqual([]);
    expect((await paymentStatus.undelivered()).unclaimed).toEqual({ "no-taker": 0, inactive: 0 });
    const news = await link();
    pay(news);
    await until(() => flow.received.some(paid(news)));
  });

  it("is told apart where its account was inactive, and starts nothing until the account is active and somebody asks", async () => {
    await start();
    await paymentStatus.deactivate("shop");
    const id = await link();
    pay(id);
    await until(async () => (await paymentStatus.undelivered()).unclaimed.inactive === 1);
    const eventId = (await heldEvents())[0] as string;
    expect(await paymentStatus.redeliver(eventId)).toEqual([]);
    await paymentStatus.activate("shop");
    expect(host.events.filter(paid(id))).toEqual([]);
    expect(await paymentStatus.redeliver(eventId)).toEqual(["test"]);
    await host.event(paid(id));
  });

  it("was taken and is sent once more on request", async () => {
    await start();
    const id = await link();
    pay(id);
    const { id: eventId } = await host.event(paid(id));
    await until(async () => (await paymentStatus.undelivered()).waiting === 0);
    expect(await paymentStatus.redeliver(eventId)).toEqual(["test"]);
    await until(() => host.events.filter(paid(id)).length === 2);
    expect(new Set(host.events.filter(paid(id)).map((event) => event.id)).size).toBe(1);
  });
});

/** Ids of the events that nobody was to receive. */
async function heldEvents(): Promise<readonly string[]> {
  return (await store.held(10)).events.map(({ id }) => id);
}

describe("the conversation", () => {
  it("is found again days later, after a restart, by a buyer who pays on another device", async () => {
    const folder = mkdtempSync(join(tmpdir(), "instamojo-delivery-"));
    try {
      const storeFile = join(folder, "ledger.db");
      const dataFile = join(folder, "gateway.json");
      await start({ storeFile, withWebhook: false, simulator: { dataFile } });
      const asked = [{ chat: "c-1", device: "phone" }, { chat: "c-2" }, ["c", 3], "c-4"];
      const ids: string[] = [];
      for (const correlation of asked) ids.push(await link(correlation));
      await host.close();
      const { port } = new URL(host.simulator.url);
      clock.advance(5 * 24 * hour);
      await start({ storeFile, withWebhook: false, simulator: { dataFile, port: Number(port) } });
      for (const id of [...ids].reverse()) pay(id);
      const events = await Promise.all(ids.map((id) => host.event(paid(id))));
      expect(events.map(({ correlation }) => correlation)).toEqual(asked);
      expect(host.events.filter(({ status }) => status === "Completed")).toHaveLength(4);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
