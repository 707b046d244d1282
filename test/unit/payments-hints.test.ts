import { describe, expect, it } from "@jest/globals";
import type { Confirmation } from "../../src/payments/confirm.ts";
import { createHintWork } from "../../src/payments/hints.ts";
import type { Session } from "../../src/payments/sessions.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import { type LogFields, silentLogger } from "../../src/runtime/logger.ts";
import type { MessageRow } from "../../src/store/rows.ts";
import { paymentRequest } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { messageRow } from "../stores/sample-rows.ts";

const hour = 3_600_000;

async function workOn(
  message: Partial<MessageRow>,
  answer: Confirmation | Error,
  session: Session | "absent" | "superseded" = fakeSession(),
) {
  const { clock, store } = await openLedger();
  const logged: [string, LogFields | undefined][] = [];
  const log = (text: string, fields?: LogFields) => void logged.push([text, fields]);
  const asked: unknown[] = [];
  const saved: MessageRow[] = [];
  const work = createHintWork({
    store: {
      ...store,
      saveMessage: async (row) => void saved.push(row),
    },
    sessions: { open: async () => fakeSession(), ofRow: async () => session, close: async () => {} },
    confirmer: {
      confirmPayment: async (_, paymentId, source) => {
        asked.push([paymentId, source]);
        if (answer instanceof Error) throw answer;
        return answer;
      },
      confirmRequest: async (_, __, source) => {
        asked.push(["link", source]);
        return paymentRequest;
      },
    },
    clock,
    logger: { ...silentLogger, info: log, error: log },
  });
  const row = messageRow({ receivedAt: clock.now(), nextAt: clock.now(), ...message });
  await store.saveMessage(row);
  const done = await work(row).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { row, saved: saved[0], asked, logged, thrown: done, now: clock.now() };
}

describe("a recorded message", () => {
  it.each([
    { kind: "agrees", request: {} },
    { kind: "not-ours", request: { tag: null, paymentRequestId: null } },
  ] as const)("is done when its payment %p", async ({ kind, request }) => {
    const { saved, row, asked } = await workOn(request, { kind });
    expect(saved).toMatchObject({ ...row, state: "done" });
    expect(asked).toEqual([[row.paymentId, "webhook"]]);
  });

  it("is quarantined, loudly, when the gateway contradicts it", async () => {
    const { saved, row, logged, now } = await workOn({}, { kind: "contradicts", what: "amount" });
    expect(saved).toEqual({ ...row, state: "quarantined", cause: "amount", settledAt: now, nextAt: now + 60_000 });
    const fields = { account: "shop", paymentId: row.paymentId, cause: "amount" };
    expect(logged).toEqual([["A message contradicts what the gateway says; it starts nothing.", fields]]);
  });

  it("is quarantined when it names a link of ours, and the gateway says that the payment is of another", async () => {
    expect((await workOn({}, { kind: "not-ours" })).saved).toMatchObject({
      state: "quarantined",
      cause: "payment request",
    });
  });

  it.each([
    [5, 1],
    [30, 10],
    [120, 60],
    [8 * 24 * 60, 24 * 60],
  ])("in quarantine for %d minutes is read again in %d", async (age, pause) => {
    const at = Date.UTC(2026, 0, 1);
    const held = { state: "quarantined", cause: "amount", settledAt: at - age * 60_000 } as const;
    const again = [{ kind: "contradicts", what: "amount" } as const, new FlowError("gateway_timeout", "no answer")];
    for (const answer of again) {
      const { saved, row, logged, now } = await workOn(held, answer);
      expect(saved).toEqual({ ...row, nextAt: now + pause * 60_000 });
      expect(logged.filter(([text]) => text.includes("contradicts"))).toEqual([]);
    }
  });

  it("leaves quarantine by itself when the reads agree", async () => {
    const { saved } = await workOn({ state: "quarantined", cause: "amount", settledAt: 1 }, { kind: "agrees" });
    expect(saved).toMatchObject({ state: "done" });
    expect(saved).not.toHaveProperty("cause");
  });

  it.each([
    ["it is not there yet", { kind: "not-yet" } as const],
    ["the gateway cannot be asked", new FlowError("gateway_timeout", "no answer")],
    ["the gateway does not know it", new FlowError("not_found", "no such payment")],
    ["the gateway refuses us", new FlowError("credentials_refused", "no")],
  ])("waits when %s", async (_, answer) => {
    const { saved, row, now } = await workOn({}, answer);
    expect(saved).toEqual({ ...row, attempts: 1, state: "waiting", nextAt: now + 1_000, cause: expect.any(String) });
  });

  it.each([
    [0, 1],
    [1, 2],
    [5, 32],
    [9, 512],
    [10, 600],
    [2_000, 600],
  ])("is asked about after %d attempts in %d seconds", async (attempts, seconds) => {
    const { saved, now } = await workOn({ attempts }, { kind: "not-yet" });
    expect(saved).toMatchObject({ attempts: attempts + 1, nextAt: now + seconds * 1_000 });
  });

  it("is parked when nothing confirmed it for 72 hours", async () => {
    const at = Date.UTC(2026, 0, 1);
    expect((await workOn({ receivedAt: at - 72 * hour }, { kind: "not-yet" })).saved?.state).toBe("waiting");
    expect((await workOn({ receivedAt: at - 72 * hour - 1 }, { kind: "not-yet" })).saved?.state).toBe("parked");
    expect((await workOn({ receivedAt: at - 99 * hour }, { kind: "agrees" })).saved?.state).toBe("done");
  });

  it("waits for an account that is not there now, and is done with one that became another", async () => {
    expect(await workOn({}, { kind: "agrees" }, "absent")).toMatchObject({ saved: { state: "waiting" }, asked: [] });
    expect(await workOn({}, { kind: "agrees" }, "superseded")).toMatchObject({ saved: { state: "done" }, asked: [] });
  });

  it("about no payment reads the link that it names by tag or id", async () => {
    for (const named of [{ paymentRequestId: null }, { tag: null }]) {
      expect(await workOn({ paymentId: null, ...named }, { kind: "agrees" })).toMatchObject({
        saved: { state: "done" },
        asked: [["link", "webhook"]],
      });
    }
  });

  it("about no payment and no link of ours is done without a call", async () => {
    const nothing = { paymentId: null, tag: null, paymentRequestId: null };
    expect(await workOn(nothing, { kind: "agrees" })).toMatchObject({
      saved: { state: "done" },
      asked: [],
    });
  });

  it("stays as it is when something else breaks", async () => {
    const { saved, thrown } = await workOn({}, new TypeError("what"));
    expect(saved).toBeUndefined();
    expect(thrown).toBeInstanceOf(TypeError);
  });
});
