import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { offsetClock } from "../helpers/offset-clock.ts";
import { localCredentials, type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";
import { webhookSignature } from "../helpers/webhook-signature.ts";
import { bodyOf, type ChangedMessage, fieldChanges, type Pair, recuts, signatureChanges } from "./message-changes.ts";

const reads = { perSecond: 5_000, burst: 5_000, parallel: 8, waiting: 5_000 };
const folder = mkdtempSync(join(tmpdir(), "instamojo-changed-"));
const storeFile = join(folder, "ledger.db");
let host: PluginHost;

/** Paid; failed; not paid, and what an attacker would like to have; small and paid. */
const links = { paid: "", failed: "", wanted: "", small: "" };
const statuses = new Set<number>();

function expectedStatus(pairs: readonly Pair[]): number {
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) return 400;
  return pairs.some(([key, value]) => key === "mac" && value === webhookSignature(pairs, localCredentials.salt))
    ? 200
    : 403;
}

async function ask(amount: string): Promise<string> {
  const result = await host.run("generate-payment-link", { amount, purpose: "Iphone" });
  return result.port === "success" ? String(result.output.paymentRequestId) : "";
}

/** The message that the gateway signs for a payment, as its documentation shows it. */
function messageOf(paymentId: string): Pair[] {
  const payment = host.simulator.ledger().payments.find(({ id }) => id === paymentId);
  if (!payment) throw new Error("The gateway has no such payment.");
  const fields: Pair[] = [
    ["amount", `${payment.amountPaise / 100}.00`],
    ["buyer", payment.email],
    ["buyer_name", payment.name],
    ["buyer_phone", payment.phone],
    ["currency", "INR"],
    ["fees", "3.80"],
    ["longurl", `https://test.instamojo.com/@foo/${payment.requestId}`],
    ["payment_id", payment.id],
    ["payment_request_id", payment.requestId ?? ""],
    ["purpose", payment.title],
    ["shorturl", ""],
    ["status", payment.status ? "Credit" : "Failed"],
  ];
  return [...fields, ["mac", webhookSignature(fields, localCredentials.salt)]];
}

function routeOf(requestId: string): string {
  const request = host.simulator.ledger().paymentRequests.find(({ id }) => id === requestId);
  const { pathname, search } = new URL(request?.webhook as string);
  return pathname + search;
}

const wrong: string[] = [];
const refused = new Set<string>();
let sent = 0;

async function send(path: string, { name, pairs }: ChangedMessage): Promise<void> {
  const answer = await host.plugin.receive({
    method: "POST",
    path,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: bodyOf(pairs),
  });
  sent += 1;
  const expected = expectedStatus(pairs);
  if (answer.status !== expected) wrong.push(`${name}: ${answer.status}, not ${expected}`);
  statuses.add(answer.status);
  if (answer.status === 403) refused.add(JSON.stringify(answer));
}

async function sendAll(): Promise<void> {
  for (const paymentId of host.simulator.ledger().payments.map(({ id }) => id)) {
    const signed = messageOf(paymentId);
    const fields = signed.slice(0, -1);
    const mac = signed.at(-1)?.[1] as string;
    const path = routeOf(links.wanted);
    for (const message of fieldChanges(signed)) await send(path, message);
    for (const message of signatureChanges(fields, mac)) await send(path, message);
    for (const message of recuts(fields, mac)) await send(path, message);
  }
}

/** Waits until no message waits to be looked into. */
async function lookedInto(): Promise<void> {
  const ledger = new DatabaseSync(storeFile, { readOnly: true });
  try {
    const waiting = ledger.prepare("SELECT count(*) AS n FROM messages WHERE json_extract(row, '$.state') = 'waiting'");
    while (waiting.get()?.n !== 0) await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    ledger.close();
  }
}

beforeAll(async () => {
  host = await startPluginHost({ storeFile, host: { clock: offsetClock(), readLimits: { hint: reads, link: reads } } });
  const { control } = host.simulator;
  for (let count = 0; count < 10; count += 1) control.faults({ kind: "webhook-drop" });
  links.paid = await ask("200");
  links.failed = await ask("200");
  links.wanted = await ask("20000");
  links.small = await ask("9");
  const small = control.pay({ paymentRequestId: links.small, outcome: "success" });
  const claim = { name: `${small.id}|${links.wanted}`, phone: `20000.00|Credit|${links.wanted}`, email: small.id };
  control.pay({ paymentRequestId: links.failed, outcome: "failure", payer: claim });
  control.pay({ paymentRequestId: links.paid, outcome: "success", payer: claim });
  await sendAll();
  await lookedInto();
}, 60_000);
afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("signed messages with one or two fields changed, cut anew, or with another signature", () => {
  it("are let in only where the signature still holds, and else refused", () => {
    expect(wrong).toEqual([]);
    expect(sent).toBeGreaterThan(4_000);
    expect([...statuses].sort()).toEqual([200, 400, 403]);
  });

  it("are all refused in the same words", () => {
    expect([...refused]).toHaveLength(1);
  });

  it("start nothing that the gateway's ledger does not hold", () => {
    const paid = host.simulator.ledger().payments.filter(({ status }) => status === true);
    const completed = host.events.filter(({ status }) => status === "Completed");
    const told = completed.map(({ paymentId, paymentRequestId, amount }) => [paymentId, paymentRequestId, amount]);
    const held = paid.map(({ id, requestId, amountPaise }) => [id, requestId, `${amountPaise / 100}.00`]);
    expect(told.sort()).toEqual(held.sort());
    expect(told.map(([, request]) => request).sort()).toEqual([links.paid, links.small].sort());
  });

  it("leave the link that nobody paid as it was", () => {
    const statuses = host.events.filter(({ paymentRequestId }) => paymentRequestId === links.wanted);
    expect(statuses.map(({ status }) => status)).toEqual(["Pending"]);
    const failed = host.events.filter(({ paymentRequestId }) => paymentRequestId === links.failed);
    expect(failed.map(({ status }) => status)).toEqual(["Pending", "Failed"]);
  });
});
