import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import type { ResumedRun } from "../../src/runtime/host.ts";
import { offsetClock } from "../helpers/offset-clock.ts";
import { type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
const clock = offsetClock();
const minute = 60_000;
const start = async (options: PluginHostOptions = {}) => {
  host = await startPluginHost({ ...options, host: { clock, ...options.host } });
};
afterEach(() => host.close());

const order = { amount: "200", purpose: "Iphone", expiresAfter: 30 };
const chat = { _msgid: "m-1", payload: "pay", conversation: "c-1" };

function collect(input: Record<string, unknown> = {}, message: Record<string, unknown> = chat, key = "key-1") {
  return host.run("collect-payment", { ...order, ...input }, { key, wait: { place: "chat", message } });
}

/** Runs the node and returns the id of the link that it gave out. */
async function link(...args: Parameters<typeof collect>): Promise<string> {
  const result = await collect(...args);
  if (result.port !== "link") throw new Error(JSON.stringify(result));
  return String(result.output["paymentRequestId"]);
}

const pay = (paymentRequestId: string, outcome: "success" | "failure" | "pending" = "success") =>
  host.simulator.control.pay({ paymentRequestId, outcome, isForced: true });

/** Both clocks move on together. */
async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await host.simulator.control.advanceClock(ms / 1000);
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (isTrue()) return;
  }
  throw new Error(`It never came true. ${JSON.stringify(host.runs)} ${host.events.map(({ status }) => status)}`);
}

/** The run that went on for this link, waited for. */
async function resumed(paymentRequestId: string): Promise<ResumedRun> {
  const find = () => host.runs.resumed.find(({ event }) => event.paymentRequestId === paymentRequestId);
  await until(() => find() !== undefined);
  return find() as ResumedRun;
}

const creates = () =>
  host.simulator.ledger().calls.filter(({ method, path }) => method === "POST" && path === "/v2/payment_requests/");
const isDisabled = (id: string) => host.simulator.ledger().paymentRequests.find((row) => row.id === id)?.isDisabled;
/** Long enough for what must not happen: deliveries and due reads take a few milliseconds. */
const quiet = () => new Promise((resolve) => setTimeout(resolve, 300));

describe("collect payment", () => {
  it("gives out the link at once and goes on by paid, once, with the event and the message", async () => {
    await start();
    const result = await collect({ reference: "order-1" });
    expect(result).toMatchObject({ port: "link", output: { amount: "200.00", replayed: false, reference: "order-1" } });
    expect(host.runs.suspended).toMatchObject([{ place: "chat", message: chat }]);
    expect(host.runs.suspended[0]!.message).toBe(chat);
    if (result.port !== "link") return;
    const id = String(result.output["paymentRequestId"]);
    pay(id);
    expect(await resumed(id)).toEqual({
      id: host.runs.suspended[0]!.id,
      place: "chat",
      port: "paid",
      message: chat,
      event: expect.objectContaining({
        status: "Completed",
        paymentRequestId: id,
        amount: "200.00",
        source: "webhook",
      }),
    });
    await quiet();
    expect(host.runs.resumed).toHaveLength(1);
  });

  it("takes failed attempts for news, and a payment after two of them for paid, once", async () => {
    await start({ withWebhook: false });
    const id = await link();
    pay(id, "failure");
    await until(() => host.runs.news.length === 1);
    pay(id, "failure");
    await until(() => host.runs.news.length === 2);
    expect(host.runs.resumed).toEqual([]);
    expect(host.runs.news.map(({ kind }) => kind)).toEqual(["attempt-failed", "attempt-failed"]);
    pay(id);
    expect(await resumed(id)).toMatchObject({ port: "paid" });
    await pass(40 * minute);
    await quiet();
    expect(host.runs.resumed).toHaveLength(1);
  });

  it.each([
    ["expired", 0],
    ["failed", 1],
  ])(
    "goes on by %s when the time is over after %d attempts, and only once the link is closed",
    async (port, attempts) => {
      await start({ withWebhook: false });
      const id = await link();
      for (let attempt = 0; attempt < attempts; attempt += 1) pay(id, "failure");
      if (attempts > 0) await until(() => host.runs.news.length === attempts);
      await pass(29 * minute);
      await quiet();
      expect(host.runs.resumed).toEqual([]);
      await pass(2 * minute);
      expect(await resumed(id)).toMatchObject({ port, event: { status: "Cancelled", reason: "expired" } });
      expect(isDisabled(id)).toBe(true);
    },
  );

  it("waits on past its time while a payment is unfinished, and goes on by what becomes of it", async () => {
    await start({ withWebhook: false });
    const id = await link();
    const payment = pay(id, "pending");
    await pass(40 * minute);
    await until(() => isDisabled(id) === true);
    await quiet();
    expect(host.runs.resumed).toEqual([]);
    host.simulator.control.pay({ paymentId: payment.id, outcome: "success" });
    await pass(minute);
    expect(await resumed(id)).toMatchObject({ port: "paid", event: { paymentId: payment.id } });
  });

  it("goes on by cancelled when somebody disables the link", async () => {
    await start({ withWebhook: false });
    const id = await link();
    const disabled = await host.run("disable-payment-link", { paymentRequestId: id });
    expect(disabled.port).toBe("success");
    await pass(3 * minute);
    expect(await resumed(id)).toMatchObject({ port: "cancelled", event: { status: "Cancelled", reason: "disabled" } });
  });

  it("tells a payment that comes after the end as late, to event flows", async () => {
    await start();
    const id = await link();
    await pass(31 * minute);
    expect(await resumed(id)).toMatchObject({ port: "expired" });
    expect(host.events).toEqual([]);
    pay(id);
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({
      reason: "late",
      paymentRequestId: id,
    });
    expect(host.runs.resumed).toHaveLength(1);
  });

  it("keeps the events of its link from event flows, unless they are to hear of them", async () => {
    await start();
    const own = await link();
    pay(own);
    await resumed(own);
    const shared = await link({ startsEventFlows: true }, { ...chat, _msgid: "m-2" }, "key-2");
    pay(shared);
    await resumed(shared);
    await host.event((event) => event.paymentRequestId === shared && event.status === "Completed");
    expect(host.events.filter((event) => event.paymentRequestId === own)).toEqual([]);
    expect(await host.plugin.events.get("payment-status")?.undelivered()).toMatchObject({
      unclaimed: { "no-taker": 0, inactive: 0 },
    });
  });

  it("gives the same link to the same message, and waits for it once", async () => {
    await start();
    const id = await link();
    const again = await collect();
    expect(again).toMatchObject({ port: "link", output: { paymentRequestId: id, replayed: true } });
    const together = await Promise.all([
      collect(),
      collect({}, { ...chat }, "key-2"),
      collect({}, { ...chat }, "key-2"),
    ]);
    expect(new Set(together.map((one) => one.port === "link" && one.output["paymentRequestId"])).size).toBe(2);
    expect(creates()).toHaveLength(2);
    expect(host.runs.suspended).toHaveLength(2);
    pay(id);
    await resumed(id);
    await quiet();
    expect(host.runs.resumed).toHaveLength(1);
    expect(await collect({ amount: "300", reference: "r" })).toMatchObject({ port: "link" });
    expect(await collect({ amount: "301", reference: "r" })).toMatchObject({
      port: "error",
      error: { code: "operation_key_reused" },
    });
  });

  it.each([
    ["is faster than the answer", { kind: "delay", delayMs: 300 }],
    ["comes, and the answer never does", { kind: "silent" }],
  ] as const)("hands out the link before its end, once each, where the payment %s", async (_, fault) => {
    await start({ host: { timeouts: { headersMs: 3000 } } });
    const told: string[] = [];
    const { resumed: runs } = host.runs;
    runs.push = (...more) => {
      told.push("paid");
      return Array.prototype.push.apply(runs, more);
    };
    host.simulator.control.faults({ ...fault, path: "/v2/payment_requests/", method: "POST" });
    const asked = collect().then((result) => {
      told.push(result.port);
    });
    await until(() => host.simulator.ledger().paymentRequests.length === 1);
    pay(host.simulator.ledger().paymentRequests[0]!.id);
    await asked;
    await until(() => runs.length === 1);
    await quiet();
    expect(told).toEqual(["link", "paid"]);
    expect(creates()).toHaveLength(1);
  });

  it("ends by error when the link is refused, and waits for nothing", async () => {
    await start({ simulator: { switches: { accountActivated: false } } });
    expect(await collect()).toMatchObject({ port: "error", error: { code: "not_activated", outcome: "not-applied" } });
    expect(host.runs.suspended).toEqual([]);
  });

  it("ends by error when nobody can say whether there is a link, and waits again once the same message finds it", async () => {
    await start({ withWebhook: false });
    host.simulator.control.faults({ kind: "reset", method: "POST", path: "/v2/payment_requests/" });
    expect(await collect()).toMatchObject({ port: "error", error: { code: "outcome_unknown", outcome: "unknown" } });
    expect(host.runs.suspended).toEqual([]);
    const found = await collect();
    expect(found).toMatchObject({ port: "link", output: { replayed: true } });
    expect(creates()).toHaveLength(1);
    expect(host.runs.suspended).toHaveLength(1);
    const id = host.simulator.ledger().paymentRequests[0]!.id;
    pay(id);
    expect(await resumed(id)).toMatchObject({ port: "paid", message: chat });
  });

  it("gives a payment of a link that nobody got to event flows", async () => {
    await start({ withWebhook: false });
    host.simulator.control.faults({ kind: "reset", method: "POST", path: "/v2/payment_requests/" });
    expect(await collect()).toMatchObject({ port: "error", error: { outcome: "unknown" } });
    const id = host.simulator.ledger().paymentRequests[0]!.id;
    pay(id);
    await pass(minute);
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({ paymentRequestId: id });
    expect(host.runs.resumed).toEqual([]);
  });

  it("tells of no end while the gateway refuses to close the link, says so, and of the payment that comes then", async () => {
    await start({ withWebhook: false, simulator: { switches: { enableDisableRefused: true } } });
    const id = await link();
    await pass(31 * minute);
    await until(() => host.runs.news.some(({ kind }) => kind === "stays-open"));
    await pass(60 * minute);
    await quiet();
    expect(host.runs.resumed).toEqual([]);
    pay(id);
    await pass(10 * minute);
    expect(await resumed(id)).toMatchObject({ port: "paid" });
  });

  it("tells event flows of a payment of a link that was enabled again after its end, as one in time", async () => {
    await start({ withWebhook: false });
    const paymentRequestId = await link();
    await pass(31 * minute);
    expect(await resumed(paymentRequestId)).toMatchObject({ port: "expired" });
    expect(await host.run("enable-payment-link", { paymentRequestId })).toMatchObject({ port: "success" });
    host.simulator.control.pay({ paymentRequestId, outcome: "success" });
    await pass(10 * minute);
    const told = await host.event(({ status }) => status === "Completed");
    expect(told).toMatchObject({ paymentRequestId, reason: null, amount: "200.00" });
    expect(host.runs.resumed).toHaveLength(1);
  });

  it("never says expired of a link that is paid, with the gateway at its least helpful", async () => {
    await start({ simulator: { profile: "hostile", switches: { lateWriteEvery: 0 } } });
    const id = await link();
    await pass(121_000);
    pay(id);
    await host.simulator.control.settled();
    await pass(35 * minute);
    expect(await resumed(id)).toMatchObject({ port: "paid", event: { reason: "overpaid", amount: "202.36" } });
    expect(host.runs.resumed).toHaveLength(1);
  });
});

describe("the message of a run that waits", () => {
  const circle: Record<string, unknown> = { ...chat };
  circle["self"] = circle;
  it.each<[string, Record<string, unknown>, string]>([
    ["more than 64 kB", { ...chat, file: "x".repeat(64 * 1024) }, "at most 64 kB"],
    ["a circle", circle, "plain JSON without circles"],
    ["a number that JSON does not know", { ...chat, big: 1n }, "plain JSON without circles"],
  ])("is refused before any call when it holds %s", async (_, message, rule) => {
    await start();
    expect(await collect({}, message)).toMatchObject({
      port: "error",
      error: { code: "invalid_input", outcome: "not-applied", fieldErrors: [{ field: "message", rule }] },
    });
    expect(creates()).toHaveLength(0);
    expect(host.simulator.ledger().calls).toHaveLength(0);
  });

  it("comes back as plain data, without functions and the HTTP call, and may hold almost 64 kB", async () => {
    await start();
    const req = { socket: {} as Record<string, unknown> };
    req.socket["self"] = req.socket;
    const file = "x".repeat(64 * 1024 - 200);
    const message = { ...chat, file, req, res: req, reply: () => 1, nested: { reply: () => 1, kept: [1, null] } };
    const id = await link({}, message);
    expect(host.runs.suspended[0]!.message).toBe(message);
    pay(id);
    expect((await resumed(id)).message).toEqual({ ...chat, file, nested: { kept: [1, null] } });
  });

  it("is gone once the payment was forgotten; the run still goes on", async () => {
    await start();
    const id = await link();
    await host.plugin.forget(id, { by: "operator", reason: "asked for" });
    pay(id);
    expect(await resumed(id)).toMatchObject({ port: "paid", message: null, event: { correlation: null } });
  });
});

describe("a run that waits over a restart", () => {
  let folder: string;
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function restart(between: () => Promise<void> | void, options: PluginHostOptions = {}): Promise<string> {
    folder = mkdtempSync(join(tmpdir(), "instamojo-wait-"));
    const storeFile = join(folder, "ledger.db");
    const dataFile = join(folder, "gateway.json");
    await start({ storeFile, withWebhook: false, simulator: { dataFile } });
    const id = await link();
    await host.close();
    const { port } = new URL(host.simulator.url);
    await start({ storeFile, withWebhook: false, simulator: { dataFile, port: Number(port) }, ...options });
    await between();
    return id;
  }

  it("goes on by paid with the plain data of its message", async () => {
    const id = await restart(() => {});
    expect(host.runs.suspended).toEqual([]);
    pay(id);
    expect(await resumed(id)).toMatchObject({ port: "paid", message: chat });
  });

  it("goes on by expired, days later", async () => {
    const id = await restart(() => pass(3 * 24 * 60 * minute));
    expect(await resumed(id)).toMatchObject({ port: "expired", message: chat });
    expect(isDisabled(id)).toBe(true);
  });

  it("waits for its place to be there again", async () => {
    folder = mkdtempSync(join(tmpdir(), "instamojo-wait-"));
    await start();
    const place = await host.plugin.waits.attend("chat");
    const id = await link();
    place.pause();
    pay(id);
    await host.simulator.control.settled();
    await quiet();
    expect(host.runs.resumed).toEqual([]);
    await host.plugin.waits.attend("chat");
    expect(await resumed(id)).toMatchObject({ port: "paid" });
  });

  it("comes again when the host could not take it, and once more only until it was taken", async () => {
    folder = mkdtempSync(join(tmpdir(), "instamojo-wait-"));
    let failures = 2;
    await start({
      host: {
        resume: async (run) => {
          failures -= 1;
          if (failures >= 0) throw new Error("not now");
          host.runs.resumed.push(run);
        },
      },
    });
    const id = await link();
    pay(id);
    await until(() => failures === 1);
    clock.advance(minute);
    await until(() => failures <= 0);
    clock.advance(minute);
    expect(await resumed(id)).toMatchObject({ port: "paid" });
    await quiet();
    expect(host.runs.resumed).toHaveLength(1);
  });

  it("ends with its place: the link stays watched, and its events go to event flows", async () => {
    folder = mkdtempSync(join(tmpdir(), "instamojo-wait-"));
    await start();
    const own = await link();
    await host.plugin.events.get("payment-status")?.forgetOthers(["test"]);
    pay(own);
    expect(await resumed(own)).toMatchObject({ port: "paid" });
    host.runs.resumed.length = 0;
    const id = await link({}, { ...chat, _msgid: "m-2" }, "key-2");
    await host.plugin.waits.forgetOthers(["another"]);
    pay(id);
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({ paymentRequestId: id });
    expect(host.runs.resumed).toEqual([]);
  });
});

describe("a host that cannot suspend a run", () => {
  it("does not have the node", async () => {
    await start({ host: { suspend: undefined as never, resume: undefined as never } });
    expect(host.plugin.nodes.has("collect-payment")).toBe(false);
    expect(host.plugin.nodes.has("generate-payment-link")).toBe(true);
  });
});
