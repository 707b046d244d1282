import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { VisibleEntry } from "../../src/playground/chat/chat-message.ts";
import {
  type Fault,
  localClientId,
  localClientSecret,
  localSalt,
  type SimulatorLedger,
  startSimulator,
} from "../../src/simulator/index.ts";
import { askForLink, type ChatClient, openChat } from "./chat-client.ts";
import {
  controlOf,
  type PlaygroundProcess,
  type SimulatorControl,
  startPlaygroundProcess,
} from "./playground-process.ts";

/** A playground and the Instamojo that its bot works with. */
interface World {
  readonly playground: PlaygroundProcess;
  readonly gateway: SimulatorControl;
  /** Moves the clocks of both on. */
  advanceClock(seconds: number): Promise<void>;
  close(): Promise<unknown>;
}

/** The playground as it starts: its own Instamojo sends webhooks. */
async function startWithWebhooks(): Promise<World> {
  const playground = await startPlaygroundProcess();
  const gateway = playground.simulator;
  return {
    playground,
    gateway,
    advanceClock: (seconds) => gateway.advanceClock(seconds),
    close: () => playground.discard(),
  };
}

/** As on a laptop with an account of the test environment: nothing can reach it, so it asks every two seconds. */
async function startWithoutWebhooks(): Promise<World> {
  const simulator = await startSimulator();
  const folder = mkdtempSync(join(tmpdir(), "clock-"));
  const shiftFile = join(folder, "shift");
  const playground = await startPlaygroundProcess({
    env: {
      INSTAMOJO_BASE_URL: simulator.url,
      INSTAMOJO_CLIENT_ID: localClientId,
      INSTAMOJO_CLIENT_SECRET: localClientSecret,
      NODE_OPTIONS: `--import=${new URL("./shift-clock.mjs", import.meta.url).href}`,
      CLOCK_SHIFT_FILE: shiftFile,
    },
  });
  const gateway = controlOf(simulator.url);
  return {
    playground,
    gateway,
    async advanceClock(seconds) {
      await gateway.advanceClock(seconds);
      writeFileSync(shiftFile, String(seconds * 1000));
    },
    async close() {
      await playground.discard();
      await simulator.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Compares what was said with the gateway's own books; the answer is what they contradict. */
function contradictions({ text = "" }: VisibleEntry, requestId: string, ledger: SimulatorLedger): string[] {
  const payments = ledger.payments.filter((payment) => payment.requestId === requestId);
  const request = ledger.paymentRequests.find(({ id }) => id === requestId);
  const wrong = [
    /^(paid|we got)/i.test(text) && !payments.some(({ id, status }) => status === true && text.includes(id)),
    /failed/i.test(text) && !payments.some(({ status }) => status === false),
    /^refunded/i.test(text) && !payments.some(({ refundedPaise }) => refundedPaise > 0),
    /link .*(has expired|was closed)/i.test(text) && (request?.isDisabled !== true || request.isCompleted),
  ].some(Boolean);
  return wrong ? [text] : [];
}

interface WatchedChat {
  readonly buyer: ChatClient;
  /** The payment request that the lines are about. */
  follow(requestId: string): void;
  /** Closes the chat, and fails when a line of it was contradicted. */
  end(): Promise<void>;
}

/** Opens a chat in which every line that speaks of money is checked against the ledger the moment it comes. */
async function openWatchedChat({ playground, gateway }: World): Promise<WatchedChat> {
  let requestId = "";
  const checks: Promise<string[]>[] = [];
  const check = async (entry: VisibleEntry) => contradictions(entry, requestId, await gateway.ledger());
  const buyer = await openChat(playground.chat, (entry) => {
    if (/\b(paid|failed|refunded|closed|expired)\b/i.test(entry.text ?? "")) checks.push(check(entry));
  });
  return {
    buyer,
    follow(id) {
      requestId = id;
    },
    async end() {
      buyer.close();
      expect((await Promise.all(checks)).flat()).toEqual([]);
      expect(checks.length).toBeGreaterThan(0);
    },
  };
}

/** What the bot said of money so far. */
function moneyLines(buyer: ChatClient): string[] {
  return buyer
    .lines()
    .flatMap(({ text = "" }) => /^(paid|refunded)|failed|closed/i.exec(text)?.[0].toLowerCase() ?? []);
}

/**
 * How long a buyer waits for a line. One sweep finds the payments of all buyers, and so meets the faults that all of them
 * armed: up to 14 calls a step, three in each try, 5 s between tries; after those, reads of a payment of one's own do.
 */
const patience = { timeoutMs: 60_000 } as const;

/** Buys, fails, pays and asks for the money back, with the faults armed anew before each step. */
async function tellTheWholeStory(world: World, armed: readonly Fault[]): Promise<void> {
  const { gateway } = world;
  const arm = async () => {
    for (const fault of armed) await gateway.fault(fault);
  };
  const { buyer, follow, end } = await openWatchedChat(world);
  await arm();
  const requestId = await askForLink(buyer);
  follow(requestId);

  await arm();
  await gateway.pay({ paymentRequestId: requestId, outcome: "failure" });
  await comeBack(gateway, requestId, armed);
  await buyer.waitFor(/failed/, patience);
  expect(moneyLines(buyer)).toEqual(["failed"]);

  await arm();
  await gateway.pay({ paymentRequestId: requestId, outcome: "success" });
  await comeBack(gateway, requestId, armed);
  await buyer.waitFor(/^Paid/, patience);
  expect(moneyLines(buyer)).toEqual(["failed", "paid"]);

  await buyer.press("Ask for a refund");
  await buyer.waitFor(/Why would you/);
  await arm();
  await buyer.press("QFL");
  const asked = await buyer.waitFor(/Refund requested|nobody can say yet|could not be requested/, patience);
  const { refunds, payments } = await gateway.ledger();
  const mine = payments.filter((payment) => payment.requestId === requestId).map(({ id }) => id);
  const cases = refunds.filter(({ paymentId }) => mine.includes(paymentId));
  expect(cases.length).toBeLessThanOrEqual(1);
  if (cases.length === 1) await buyer.waitFor(/^Refunded/, { ...patience, after: asked.seq - 1 });
  expect(moneyLines(buyer)).toEqual(["failed", "paid", ...(cases.length === 1 ? ["refunded"] : [])]);

  await end();
}

/** Where the webhook was swallowed, the buyer's browser comes back to the return page: a hint as good. */
async function comeBack(gateway: SimulatorControl, requestId: string, armed: readonly Fault[]): Promise<void> {
  if (!armed.some(({ kind }) => kind === "webhook-drop" || kind === "webhook-reorder")) return;
  const request = (await gateway.ledger()).paymentRequests.find(({ id }) => id === requestId);
  await fetch(request!.redirectUrl!);
}

describe("what the chat says of money, with webhooks", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWithWebhooks();
    await world.gateway.switches({ refundReviewSeconds: 1 });
  }, 60_000);
  afterEach(() => world.gateway.fault({ kind: "clear" }));
  afterAll(() => world.close());

  it.each<[string, Fault[]]>([
    ["all in order", []],
    ["webhooks that never come", [{ kind: "webhook-drop" }]],
    ["webhooks that come four times", [{ kind: "webhook-repeat", times: 3 }]],
    ["webhooks out of order", [{ kind: "webhook-reorder" }]],
    ["revoked tokens", [{ kind: "revoke-tokens" }]],
  ])("agrees with the gateway's books: %s", (_name, armed) => tellTheWholeStory(world, armed), 120_000);

  it("is not moved by a signed message that claims a payment nobody made", async () => {
    const { gateway } = world;
    const { buyer, follow, end } = await openWatchedChat(world);
    const requestId = await askForLink(buyer);
    follow(requestId);
    const request = (await gateway.ledger()).paymentRequests.find(({ id }) => id === requestId)!;
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
    const text = Object.keys(claim)
      .sort()
      .map((key) => claim[key])
      .join("|");
    const mac = createHmac("sha1", localSalt).update(text).digest("hex");
    const reads = await countReads(gateway, requestId);
    const answer = await fetch(request.webhook!, { method: "POST", body: new URLSearchParams({ ...claim, mac }) });
    expect(answer.status).toBe(200);
    await fetch(
      `${request.redirectUrl}&payment_id=MOJO0000000000000001&payment_status=Credit&payment_request_id=${requestId}`,
    );
    while ((await countReads(gateway, requestId)) < reads + 2) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(moneyLines(buyer)).toEqual([]);
    await gateway.pay({ paymentRequestId: requestId, outcome: "success" });
    await buyer.waitFor(/^Paid/);
    expect(moneyLines(buyer)).toEqual(["paid"]);
    await end();
  }, 60_000);
});

/** How often the gateway was asked about this link or the claimed payment. */
async function countReads(gateway: SimulatorControl, requestId: string): Promise<number> {
  const { calls } = await gateway.ledger();
  return calls.filter(
    ({ method, path, status }) =>
      method === "GET" && status !== null && (path.includes(requestId) || path.includes("MOJO0")),
  ).length;
}

describe("what the chat says of money, without any webhook", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWithoutWebhooks();
    await world.gateway.switches({ refundReviewSeconds: 1 });
  }, 60_000);
  afterEach(() => world.gateway.fault({ kind: "clear" }));
  afterAll(() => world.close());

  const anyCall = { count: 2 } as const;
  const faults: readonly (readonly Fault[])[] = [
    [],
    [{ kind: "delay", delayMs: 700, ...anyCall }],
    [{ kind: "status", status: 500, body: "<h1>oops</h1>", ...anyCall }],
    [{ kind: "status", status: 502, isApplied: true, ...anyCall }],
    [{ kind: "reset", ...anyCall }],
    [{ kind: "reset", isApplied: false, ...anyCall }],
    [{ kind: "cut", ...anyCall }],
    [{ kind: "drip", bytes: 200, delayMs: 20, ...anyCall }],
    [{ kind: "revoke-tokens" }],
  ];

  it("agrees with the gateway's books while nine buyers at once bring every fault of the gateway with them", async () => {
    await Promise.all(faults.map((armed) => tellTheWholeStory(world, armed)));
    const { calls } = await world.gateway.ledger();
    const met = new Set(calls.flatMap(({ fault }) => fault ?? []));
    expect([...met].sort()).toEqual(["cut", "delay", "drip", "reset", "status"]);
  }, 180_000);

  it("says that a link is closed once its time is over", async () => {
    const { buyer, follow, end } = await openWatchedChat(world);
    const requestId = await askForLink(buyer);
    follow(requestId);
    await world.advanceClock(11 * 60);
    const said = await buyer.waitFor(/has expired/, { timeoutMs: 20_000 });
    expect(said.buttons).toContain("Buy again");
    await buyer.press("Buy again");
    const next = await buyer.waitFor(/payment link, John/, { after: said.seq });
    expect(next.card?.link).not.toContain(requestId);
    await end();
  }, 60_000);
});
