import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { startForgetting } from "../../src/payments/forget.ts";
import { computeMac } from "../../src/payments/mac.ts";
import { createPinoLogger } from "../../src/logging.ts";
import { type LogFields, type Logger, silentLogger } from "../../src/runtime/logger.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { manualClock } from "../helpers/manual-clock.ts";
import { offsetClock } from "../helpers/offset-clock.ts";
import { localCredentials, type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";
import { paymentRow, requestRow } from "../stores/sample-rows.ts";

const person = {
  customerName: "Ramachandra Iyer",
  customerEmail: "rama@iyer.example",
  customerMobileNumber: "9876501234",
};
const traces = ["Ramachandra", "rama@iyer", "9876501234", "conversation-7731", "Cracked the screen"];
const officer = { by: "John", reason: "The customer asked." };

let folder: string;
let host: PluginHost;
let store: Store;
let lines: string[];
const clock = offsetClock();
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "instamojo-forget-"));
  store = await openSqliteStore({ file: join(folder, "ledger.db") });
  lines = [];
  const limits = { linksPerConversation: 100, messagesPerConversation: 100, windowMinutes: 60 };
  host = await startPluginHost({ host: { clock, store, logger: listener(lines), limits } });
});
afterEach(async () => {
  await host.close();
  rmSync(folder, { recursive: true });
});

async function link(input: Record<string, unknown> = {}): Promise<string> {
  const result = await host.run(
    "generate-payment-link",
    { amount: "200", purpose: "Iphone", ...input },
    { correlation: { conversation: "conversation-7731" } },
  );
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return String(result.output.paymentRequestId);
}

const payer = { name: "Ramachandra Iyer", email: "rama@iyer.example", phone: "+919876501234" };
const pay = (paymentRequestId: string) =>
  host.simulator.control.pay({ paymentRequestId, outcome: "success", payer, isForced: true });

/** Keeps what is logged at every level, both as it was handed over and as it is written. */
function listener(lines: string[]): Logger {
  const pino = createPinoLogger({ level: "debug", destination: { write: (line) => void lines.push(line) } });
  const write = (level: keyof Logger) => (message: string, fields?: LogFields) => {
    lines.push(JSON.stringify([message, fields]));
    pino[level](message, fields);
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

/** Which of the traces the bytes of the ledger's files hold. */
function tracesInFiles(): readonly string[] {
  const bytes = readdirSync(folder).map((file) => readFileSync(join(folder, file), "latin1"));
  return traces.filter((trace) => bytes.some((text) => text.includes(trace)));
}

async function until(look: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 8_000;
  while (!(await look())) {
    if (Date.now() > end) throw new Error("It did not happen in time.");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("forgetting a payment", () => {
  it("leaves no trace of the person in the files, and still knows repeats and tells a late payment", async () => {
    const id = await link({ ...person, reference: "order-1" });
    const paid = pay(id);
    const first = await host.event(({ status }) => status === "Completed");
    expect(first).toMatchObject({
      customer: { name: person.customerName },
      correlation: { conversation: "conversation-7731" },
    });
    await host.run("create-refund", {
      paymentId: paid.id,
      refundAmount: "50",
      issueType: "QFL",
      description: "Cracked the screen",
    });
    await host.event(({ status }) => status === "Refunded");
    expect(tracesInFiles()).toEqual(traces);

    expect(await host.plugin.forget(id, officer)).toBe(1);
    expect(tracesInFiles()).toEqual([]);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => traces.some((trace) => line.includes(trace)))).toEqual([]);

    const told = host.events.length;
    const webhook = host.simulator.ledger().paymentRequests[0]?.webhook as string;
    const fields = new Map([
      ["payment_id", paid.id],
      ["payment_request_id", id],
      ["status", "Credit"],
    ]);
    const body = new URLSearchParams([...fields, ["mac", computeMac(fields, localCredentials.salt)]]);
    expect((await fetch(webhook, { method: "POST", body })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(host.events).toHaveLength(told);

    const replay = await host.run("generate-payment-link", {
      amount: "200",
      purpose: "Iphone",
      ...person,
      reference: "order-1",
    });
    expect(replay).toMatchObject({ port: "success", output: { replayed: true, paymentRequestId: id } });

    const late = pay(id);
    expect(await host.event(({ paymentId }) => paymentId === late.id)).toMatchObject({
      status: "Completed",
      reason: "duplicate",
      reference: "order-1",
      correlation: null,
    });
    expect((await store.history((await store.tagsOf(id))[0] as string))?.decisions).toMatchObject([
      { ...officer, action: "forget", subject: id },
    ]);
  });

  it("touches nobody else", async () => {
    const others: string[] = [];
    for (let index = 0; index < 16; index += 1)
      others.push(await link({ customerName: `Somebody ${index}`, reference: `o-${index}` }));
    const id = await link(person);
    pay(id);
    await host.event(({ status }) => status === "Completed");
    for (let index = 16; index < 24; index += 1)
      others.push(await link({ customerName: `Somebody ${index}`, reference: `o-${index}` }));
    await host.plugin.forget(id, officer);
    expect(tracesInFiles().filter((trace) => trace !== "conversation-7731")).toEqual([]);
    for (const [index, other] of others.entries()) {
      const row = await store.requestById({ account: "shop", environment: "local" }, other);
      expect(row).toMatchObject({
        input: { customerName: `Somebody ${index}` },
        correlation: { conversation: "conversation-7731" },
      });
    }
    const erased = others.filter((_, index) => index % 2 === 0);
    for (const other of erased) await host.plugin.forget(other, officer);
    const bytes = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), "latin1"))
      .join("");
    const left = others.map((_, index) => index).filter((index) => new RegExp(`Somebody ${index}\\b`).test(bytes));
    expect(left).toEqual(others.map((_, index) => index).filter((index) => index % 2 === 1));
  });

  it("says so when there is nothing of that id", async () => {
    await expect(host.plugin.forget("0".repeat(32), officer)).rejects.toMatchObject({ code: "invalid_input" });
  });
});

describe("the retention time", () => {
  const day = 86_400_000;

  it("counts from the last event of a request, 180 days unless set, and is looked at daily", async () => {
    const start = Date.UTC(2026, 0, 1);
    const time = manualClock(start);
    const memory = await openSqliteStore({ file: ":memory:" });
    const row = requestRow({ input: { amount: "200.00", ...person }, createdAt: start });
    await memory.addRequest(row);
    await memory.commit({ request: { ...row, status: "Completed", version: 2 }, payments: [paymentRow()] });
    const forgetting = startForgetting({ store: memory, clock: time, logger: silentLogger });
    const name = async () => (await memory.requestByTag(row.tag))?.input.customerName;
    await time.advance(180 * day);
    await until(async () => (await name()) === person.customerName);
    await time.advance(day + 3_600_000);
    await until(async () => (await name()) === undefined);
    expect(await memory.requestByTag(row.tag)).toMatchObject({
      isForgotten: true,
      correlation: null,
      response: null,
      amountPaise: 20_000,
      status: "Completed",
      reference: "order-1",
    });
    await forgetting.stop();
    await memory.close();
  });
});

describe("a change that was decided before its request was forgotten", () => {
  it("does not bring the person back", async () => {
    const memory = await openSqliteStore({ file: ":memory:" });
    const row = requestRow({ input: { amount: "200.00", ...person } });
    await memory.addRequest(row);
    await memory.erasePersonal([row.tag]);
    expect(await memory.commit({ request: { ...row, status: "Completed", version: 2 } })).toBe(false);
    expect((await memory.requestByTag(row.tag))?.input).toEqual({ amount: "200.00" });
    await memory.close();
  });
});
