import { describe, expect, it } from "@jest/globals";
import { createHintWork } from "../../src/payments/hints.ts";
import { createKeyQueue } from "../../src/payments/key-queue.ts";
import { createQuarantine, type OperatorDecision } from "../../src/payments/quarantine.ts";
import { createFindings, findingId } from "../../src/payments/quarantine-findings.ts";
import type { Session } from "../../src/payments/sessions.ts";
import { type LogFields, silentLogger } from "../../src/runtime/logger.ts";
import { noMetrics } from "../../src/runtime/metrics.ts";
import type { MessageRow } from "../../src/store/rows.ts";
import { paymentId, paymentRequest, refusal } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { messageRow, requestRow, shopAccount } from "../stores/sample-rows.ts";

const decision: OperatorDecision = { by: "John", reason: "The bank says so" };
const held = (changes: Partial<MessageRow> = {}) =>
  messageRow({ state: "quarantined", cause: "amount", settledAt: 1_000, ...changes });

async function start(messages: readonly MessageRow[], session: Session | "absent" | "superseded" = fakeSession()) {
  const ledger = await openLedger();
  const { store, clock, tag } = ledger;
  for (const message of messages) await store.saveMessage(message);
  const accepted: unknown[] = [];
  let due = 0;
  const quarantine = createQuarantine({
    store,
    sessions: { open: async () => fakeSession(), ofRow: async () => session, close: async () => {} },
    confirmer: {
      acceptPayment: async (_, request, id, source) => {
        accepted.push([request.tag, id, source]);
        return true;
      },
    },
    clock,
    queue: createKeyQueue(),
    onDue: () => void due++,
  });
  return {
    ...ledger,
    quarantine,
    accepted,
    due: () => due,
    message: (id = "m-1") => store.messageById(id),
    decisions: async () => (await store.history(tag))?.decisions,
  };
}

describe("a held message", () => {
  it("that names its link by the gateway's id alone is accepted for it", async () => {
    const { quarantine, accepted, message, decisions, tag, clock } = await start([held({ tag: null })]);
    await quarantine.accept("m-1", decision);
    expect(accepted).toEqual([[tag, paymentId, "webhook"]]);
    expect(await message()).toMatchObject({ state: "done", settledAt: clock.now() });
    expect(await message()).not.toHaveProperty("cause");
    expect(await decisions()).toMatchObject([{ ...decision, action: "accept", subject: "m-1", tag }]);
  });

  it.each([
    ["names no link", { tag: null, paymentRequestId: null }],
    ["names a link that is not in the ledger", { tag: "f".repeat(32), paymentRequestId: null }],
    ["names a link that the gateway never confirmed", { tag: "b".repeat(32), paymentRequestId: null }],
    ["came to another account than its link", { account: "other" }],
    ["came from another world than its link", { environment: "live" }],
    ["names no payment", { paymentId: null, state: "parked" }],
  ] as const)("that %s cannot be accepted, and stays", async (_, changes) => {
    const row = held(changes);
    const { quarantine, store, accepted, message, decisions } = await start([row]);
    await store.addRequest(requestRow({ tag: "b".repeat(32), key: "other", paymentRequestId: null, stage: "asking" }));
    expect(await refusal(quarantine.accept("m-1", decision))).toMatchObject({ code: "invalid_input" });
    expect(accepted).toEqual([]);
    expect(await message()).toEqual(row);
    expect(await decisions()).toEqual([]);
  });

  it.each(["absent", "superseded"] as const)("cannot be accepted while its account is %s", async (session) => {
    const { quarantine, accepted, message } = await start([held()], session);
    expect(await refusal(quarantine.accept("m-1", decision))).toMatchObject({ code: "invalid_input" });
    expect(accepted).toEqual([]);
    expect(await message()).toEqual(held());
  });

  it("about no payment is dismissed alone", async () => {
    const parked = { state: "parked", paymentId: null } as const;
    const { quarantine, message, clock } = await start([held(parked), held({ ...parked, id: "m-2" })]);
    await quarantine.dismiss("m-1", decision);
    expect(await message()).toMatchObject({ state: "dismissed", settledAt: clock.now() });
    expect(await message("m-2")).toMatchObject({ state: "parked" });
  });

  it("takes every other one of its payment along, and none of another payment", async () => {
    const other = held({ id: "m-3", paymentId: "MOJO5a06005J21512198" });
    const { quarantine, message } = await start([held(), held({ id: "m-2", state: "parked" }), other]);
    await quarantine.dismiss("m-1", decision);
    expect(await message("m-2")).toMatchObject({ state: "dismissed" });
    expect(await message("m-3")).toEqual(other);
  });

  it.each([
    { by: "", reason: "because" },
    { by: "John", reason: " \n" },
    { by: "John", reason: undefined },
    { by: 7, reason: "because" },
    { by: "John", reason: { text: "because" } },
  ])("takes no decision without a name and a reason in words: %p", async (unsigned) => {
    const { quarantine, message, decisions } = await start([held()]);
    for (const decide of [quarantine.accept, quarantine.dismiss]) {
      expect(await refusal(decide("m-1", unsigned as OperatorDecision))).toMatchObject({ code: "invalid_input" });
    }
    expect(await message()).toEqual(held());
    expect(await decisions()).toEqual([]);
  });

  it("keeps 500 characters of a name and a reason, without the space around them", async () => {
    const { quarantine, decisions } = await start([held()]);
    await quarantine.dismiss("m-1", { by: "  John ", reason: ` ${"a".repeat(501)}` });
    expect(await decisions()).toMatchObject([{ by: "John", reason: "a".repeat(500) }]);
  });

  it("is read again at once when somebody asks, and one that ended is not", async () => {
    const parked = held({ id: "m-3", state: "parked", cause: "not_found" });
    const { quarantine, store, message, due, clock } = await start([
      held(),
      held({ id: "m-2", state: "done" }),
      parked,
    ]);
    await quarantine.recheck("m-1");
    // Still one that waits for a person: a read that fails would otherwise end a quarantine.
    expect(await message()).toMatchObject({ state: "quarantined", cause: "amount", nextAt: clock.now() });
    expect(await store.dueMessages(clock.now(), 10)).toMatchObject([{ id: "m-1" }]);
    expect(due()).toBe(1);
    await quarantine.recheck("m-3");
    expect(await message("m-3")).toMatchObject({ state: "waiting", nextAt: clock.now() });
    expect(due()).toBe(2);
    for (const id of ["m-2", "m-9"]) expect((await refusal(quarantine.recheck(id))).code).toBe("invalid_input");
    expect(due()).toBe(2);
  });
});

async function startFindings(messages: readonly MessageRow[]) {
  const { store, clock, request } = await openLedger();
  for (const message of messages) await store.saveMessage(message);
  const logged: (LogFields | undefined)[] = [];
  const logger = { ...silentLogger, error: (_: string, fields?: LogFields) => void logged.push(fields) };
  const counted: unknown[] = [];
  const metrics = { ...noMetrics, count: (...count: unknown[]) => void counted.push(count) };
  return { store, clock, request, logged, counted, findings: createFindings({ store, clock, logger, metrics }) };
}

describe("a payment that a read found to contradict the ledger", () => {
  const id = findingId(shopAccount, paymentId);
  const dismissed = held({ id, source: "poll", state: "dismissed", attempts: 3 });

  it("is kept once, loudly, and waits for a person", async () => {
    const { findings, request, store, logged, counted, clock } = await startFindings([]);
    expect(await findings.isHeld(request, paymentId)).toBe(false);
    for (const what of ["amount", "seller"]) await findings.found(request, { paymentId, what });
    expect(await findings.isHeld(request, paymentId)).toBe(true);
    const kept = { source: "poll", state: "quarantined", cause: "amount", nextAt: clock.now() + 60_000, attempts: 0 };
    expect(await store.messageById(id)).toMatchObject(kept);
    expect(logged).toEqual([{ account: "shop", paymentId, cause: "amount" }]);
    expect(counted).toEqual([["quarantined", { account: "shop", cause: "amount" }]]);
  });

  it("is not kept beside a message about it that is held already", async () => {
    const { findings, request, store, logged } = await startFindings([held()]);
    await findings.found(request, { paymentId, what: "amount" });
    expect(await store.messageById(id)).toBeNull();
    expect(logged).toEqual([]);
  });

  it("is shown again after somebody dismissed it only where it is odd in another way", async () => {
    const { findings, request, store, logged } = await startFindings([dismissed]);
    expect(await findings.isHeld(request, paymentId)).toBe(true);
    await findings.found(request, { paymentId, what: "amount" });
    expect(await store.messageById(id)).toEqual(dismissed);
    await findings.found(request, { paymentId, what: "seller" });
    expect(await store.messageById(id)).toMatchObject({
      state: "quarantined",
      cause: "seller",
      receivedAt: dismissed.receivedAt,
      attempts: 3,
    });
    expect(logged).toHaveLength(1);
  });
});

describe("a message about a payment that somebody dismissed", () => {
  async function workOn(row: MessageRow, known: readonly MessageRow[], what: string) {
    const { store, clock } = await openLedger();
    for (const message of [...known, row]) await store.saveMessage(message);
    const logged: string[] = [];
    let duringRead: () => Promise<void> = async () => {};
    const work = createHintWork({
      store,
      sessions: { open: async () => fakeSession(), ofRow: async () => fakeSession(), close: async () => {} },
      confirmer: {
        async confirmPayment() {
          await duringRead();
          return { kind: "contradicts", what };
        },
        confirmRequest: async () => paymentRequest,
      },
      clock,
      logger: { ...silentLogger, error: (text) => void logged.push(text) },
    });
    return {
      logged,
      clock,
      during: (step: (save: typeof store.saveMessage) => Promise<void>) => {
        duringRead = () => step(store.saveMessage);
      },
      async worked() {
        await work(row);
        return store.messageById(row.id);
      },
    };
  }
  const dismissed = held({ id: findingId(shopAccount, paymentId), source: "poll", state: "dismissed" });

  it("is dismissed with it, in silence, for the same contradiction", async () => {
    const { worked, logged, clock } = await workOn(messageRow(), [dismissed], "amount");
    expect(await worked()).toMatchObject({ state: "dismissed", cause: "amount", settledAt: clock.now() });
    expect(logged).toEqual([]);
  });

  it("is quarantined, loudly, for another contradiction", async () => {
    const { worked, logged } = await workOn(messageRow(), [dismissed], "seller");
    expect(await worked()).toMatchObject({ state: "quarantined", cause: "seller" });
    expect(logged).toHaveLength(1);
  });

  it("while the gateway was read stays as they decided", async () => {
    const { worked, during, logged } = await workOn(held(), [], "amount");
    const decided = held({ state: "dismissed", settledAt: 2_000 });
    during((save) => save(decided));
    expect(await worked()).toEqual(decided);
    expect(logged).toEqual([]);
  });
});
