import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { VisibleEntry } from "../../src/playground/chat/chat-message.ts";
import { type Fault, localSalt, type SimulatorLedger } from "../../src/simulator/index.ts";
import { askForLink, type ChatClient, openChat } from "./chat-client.ts";
import { type PlaygroundProcess, startPlaygroundProcess } from "./playground-process.ts";

let playground: PlaygroundProcess;
let checks: Promise<string[]>[] = [];

beforeAll(async () => {
  playground = await startPlaygroundProcess();
  await playground.simulator.switches({ refundReviewSeconds: 1 });
}, 60_000);

afterAll(() => playground.discard());

/** Compares what was said with the gateway's own books; the answer is what they contradict. */
function contradictions({ text = "" }: VisibleEntry, requestId: string, ledger: SimulatorLedger): string[] {
  const payments = ledger.payments.filter((payment) => payment.requestId === requestId);
  const request = ledger.paymentRequests.find(({ id }) => id === requestId);
  const wrong = [
    /^paid/i.test(text) && !payments.some(({ id, status }) => status === true && text.includes(id)),
    /failed/i.test(text) && !payments.some(({ status }) => status === false),
    /^refunded/i.test(text) && !payments.some(({ refundedPaise }) => refundedPaise > 0),
    /is closed/i.test(text) && (request?.isDisabled !== true || request.isCompleted),
  ].some(Boolean);
  return wrong ? [text] : [];
}

/** Opens a chat in which every line that speaks of money is checked against the ledger the moment it comes. */
async function openWatchedChat(): Promise<{ buyer: ChatClient; follow(requestId: string): void }> {
  let requestId = "";
  const check = async (entry: VisibleEntry) => contradictions(entry, requestId, await playground.simulator.ledger());
  const buyer = await openChat(playground.chat, (entry) => {
    if (/\b(paid|failed|refunded|closed)\b/i.test(entry.text ?? "")) checks.push(check(entry));
  });
  return { buyer, follow: (id) => void (requestId = id) };
}

async function expectNoContradiction(): Promise<void> {
  const found = await Promise.all(checks);
  checks = [];
  expect(found.flat()).toEqual([]);
}

/** What the bot said of money so far. */
function moneyLines(buyer: ChatClient): string[] {
  return buyer.lines().flatMap(({ text = "" }) => /^(paid|refunded)|failed|closed/i.exec(text)?.[0].toLowerCase() ?? []);
}

const anyCall = { count: 2 } as const;
const faults: [string, Fault[]][] = [
  ["slow answers", [{ kind: "delay", delayMs: 700, ...anyCall }]],
  ["errors of the gateway", [{ kind: "status", status: 500, body: "<h1>oops</h1>", ...anyCall }]],
  ["errors although the call was applied", [{ kind: "status", status: 502, isApplied: true, ...anyCall }]],
  ["resets after the call was applied", [{ kind: "reset", ...anyCall }]],
  ["resets before anything happened", [{ kind: "reset", isApplied: false, ...anyCall }]],
  ["answers that are cut", [{ kind: "cut", ...anyCall }]],
  ["answers that drip", [{ kind: "drip", bytes: 200, delayMs: 20, ...anyCall }]],
  ["revoked tokens", [{ kind: "revoke-tokens" }]],
  ["webhooks that never come", [{ kind: "webhook-drop", count: 3 }]],
  ["webhooks that come four times", [{ kind: "webhook-repeat", times: 3, count: 3 }]],
  ["webhooks out of order", [{ kind: "webhook-reorder", count: 2 }]],
];

describe("what the chat says of money", () => {
  it.each(faults)("agrees with the gateway's books under %s", async (_name, armed) => {
    const arm = async () => {
      for (const fault of armed) await playground.simulator.fault(fault);
    };
    const { buyer, follow } = await openWatchedChat();
    await arm();
    const requestId = await askForLink(buyer);
    follow(requestId);

    await arm();
    await playground.simulator.pay({ paymentRequestId: requestId, outcome: "failure" });
    await buyer.waitFor(/failed/, { timeoutMs: 20_000 });
    expect(moneyLines(buyer)).toEqual(["failed"]);

    await arm();
    await playground.simulator.pay({ paymentRequestId: requestId, outcome: "success" });
    await buyer.waitFor(/^Paid/, { timeoutMs: 20_000 });
    expect(moneyLines(buyer)).toEqual(["failed", "paid"]);

    await buyer.press("Ask for a refund");
    await buyer.waitFor(/Why would you/);
    await arm();
    await buyer.press("QFL");
    const asked = await buyer.waitFor(/Refund requested|nobody can say yet|could not be requested/, { timeoutMs: 30_000 });
    const { refunds, payments } = await playground.simulator.ledger();
    const mine = payments.filter((payment) => payment.requestId === requestId).map(({ id }) => id);
    const cases = refunds.filter(({ paymentId }) => mine.includes(paymentId));
    expect(cases.length).toBeLessThanOrEqual(1);
    if (cases.length === 1) await buyer.waitFor(/^Refunded/, { after: asked.seq - 1, timeoutMs: 20_000 });
    expect(moneyLines(buyer)).toEqual(["failed", "paid", ...(cases.length === 1 ? ["refunded"] : [])]);

    await expectNoContradiction();
    await playground.simulator.fault({ kind: "clear" });
    buyer.close();
  }, 120_000);

  it("is not moved by a signed message that claims a payment nobody made", async () => {
    const { buyer, follow } = await openWatchedChat();
    const requestId = await askForLink(buyer);
    follow(requestId);
    const request = (await playground.simulator.ledger()).paymentRequests.find(({ id }) => id === requestId)!;
    const claim: Record<string, string> = {
      amount: "200.00",
      buyer: "foo@example.com",
      buyer_name: "John",
      buyer_phone: "+919999999999",
      currency: "INR",
      fees: "7.00",
      longurl: "",
      payment_id: "MOJO0000000000000001",
      payment_request_id: requestId,
      purpose: request.purpose,
      shorturl: "",
      status: "Credit",
    };
    const text = Object.keys(claim).sort().map((key) => claim[key]).join("|");
    const mac = createHmac("sha1", localSalt).update(text).digest("hex");
    const answer = await fetch(request.webhook!, { method: "POST", body: new URLSearchParams({ ...claim, mac }) });
    expect(answer.status).toBe(200);
    const back = await fetch(`${request.redirectUrl}&payment_id=MOJO0000000000000001&payment_status=Credit&payment_request_id=${requestId}`);
    expect(back.status).toBeLessThan(500);
    // Three sweeps, one after each answer of the gateway to a read of this link.
    await readsOf(requestId, 3);
    expect(moneyLines(buyer)).toEqual([]);
    await playground.simulator.pay({ paymentRequestId: requestId, outcome: "success" });
    await buyer.waitFor(/^Paid/);
    await expectNoContradiction();
    buyer.close();
  }, 60_000);

  it("says that a link is closed once its time is over, by the gateway's clock", async () => {
    const { buyer, follow } = await openWatchedChat();
    const requestId = await askForLink(buyer);
    follow(requestId);
    await playground.simulator.advanceClock(11 * 60);
    const said = await buyer.waitFor(/is closed: expired/, { timeoutMs: 20_000 });
    expect(said.buttons).toContain("Get a new link");
    await expectNoContradiction();
    await buyer.press("Get a new link");
    const next = await buyer.waitFor(/payment link, John/, { after: said.seq });
    expect(next.card?.link).not.toContain(requestId);
    buyer.close();
  }, 60_000);
});

/** Resolves once the gateway has answered that many more reads. */
async function readsOf(requestId: string, times: number): Promise<void> {
  const count = async () =>
    (await playground.simulator.ledger()).calls.filter(
      ({ method, path, status }) => method === "GET" && status === 200 && (path.includes(requestId) || path.endsWith("/payments/")),
    ).length;
  const first = await count();
  for (let round = 0; round < 100; round += 1) {
    if ((await count()) >= first + times) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("the gateway was not read");
}
