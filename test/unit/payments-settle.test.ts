import { describe, expect, it } from "@jest/globals";
import type { KnownToStand } from "../../src/payments/settle.ts";
import type { Fact } from "../../src/payments/state-machine.ts";
import { openLedger } from "../helpers/ledger-fakes.ts";
import { refusal } from "../helpers/client-fakes.ts";
import { paymentRow, refundRow } from "../stores/sample-rows.ts";

const paid: Fact = { kind: "payment", payment: paymentRow() };
const occurrence = { source: "poll", occurredAt: "2026-01-01T00:00:00.000Z", raw: {} } as const;

describe("a settled fact", () => {
  it("becomes state, event and delivery together, once", async () => {
    const { settler, store, tag, current, told } = await openLedger();
    expect(await settler.settle(tag, paid, occurrence)).toMatchObject({ isNew: true });
    expect(await settler.settle(tag, paid, occurrence)).toMatchObject({ isNew: false });
    expect(await current()).toMatchObject({ status: "Completed", sequence: 1, version: 2 });
    const [delivery, ...others] = await store.dueDeliveries(Number.MAX_SAFE_INTEGER, 10);
    expect(others).toEqual([]);
    expect(delivery).toMatchObject({ takerId: "flow-1", sequence: 1, state: "waiting", attempts: 0 });
    expect((await store.eventById(delivery?.eventId ?? ""))?.event).toMatchObject({
      status: "Completed",
      previousStatus: null,
      observedAt: "2026-01-01T00:00:00.000Z",
    });
    expect(told()).toBe(1);
  });

  it("is told once however many learn of it at the same instant", async () => {
    const { settler, tag, sent } = await openLedger();
    const answers = await Promise.all(Array.from({ length: 20 }, () => settler.settle(tag, paid, occurrence)));
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await sent()).toEqual(["Completed/null"]);
  });

  it("is decided anew where the request has moved on since it was known", async () => {
    const { settler, store, tag, current, sent } = await openLedger();
    const before = { ...(await store.snapshot(tag)), isActive: true } as KnownToStand;
    await settler.settle(tag, { kind: "payment", payment: paymentRow({ state: "failed" }) }, occurrence);
    const { isNew, request } = await settler.settle(before, paid, occurrence);
    expect({ isNew, request }).toMatchObject({ isNew: true, request: { status: "Completed", sequence: 2 } });
    expect(request).toEqual(await current());
    expect(await sent()).toEqual(["Failed/null", "Completed/null"]);
  });

  it("counts events on, and says the status before", async () => {
    const { settler, events, tag, current } = await openLedger({ stage: "asking", paymentRequestId: null, link: null });
    const link = { paymentRequestId: "05f317448ad84649aa1a9c7328edb015", link: "https://pay", response: { id: "x" } };
    await settler.settle(tag, { kind: "link-made", link }, occurrence);
    expect(await settler.settle(tag, { kind: "link-made", link }, occurrence)).toMatchObject({ isNew: false });
    expect(await current()).toMatchObject({ stage: "open", ...link });
    await settler.settle(tag, { kind: "payment", payment: paymentRow({ state: "failed" }) }, occurrence);
    await settler.settle(tag, paid, occurrence);
    const seen = (await events()).map(({ sequence, previousStatus, status }) => [sequence, previousStatus, status]);
    expect(seen).toEqual([
      [1, null, "Pending"],
      [2, "Pending", "Failed"],
      [3, "Failed", "Completed"],
    ]);
  });

  it("sums what went back over all refunds of the payment", async () => {
    const { settler, events, tag } = await openLedger();
    await settler.settle(tag, paid, occurrence);
    for (const [transactionId, amountPaise] of [
      ["one", 5_000],
      ["two", 15_000],
    ] as const) {
      const refund = refundRow({ transactionId, amountPaise, stage: "refunded", caseId: transactionId });
      await settler.settle(tag, { kind: "refund", refund }, occurrence);
    }
    expect((await events()).map(({ status, reason, refund }) => [status, reason, refund?.refundedTotal])).toEqual([
      ["Completed", null, undefined],
      ["Refunded", "partial", "50.00"],
      ["Refunded", "full", "200.00"],
    ]);
  });

  it("that is not told changes the state in silence", async () => {
    const { settler, store, tag, current, told, sent } = await openLedger();
    const refund = refundRow({ stage: "unknown" });
    expect(await settler.settle(tag, { kind: "refund", refund }, occurrence)).toMatchObject({ isNew: true });
    expect(await current()).toMatchObject({ sequence: 0, version: 2 });
    expect((await store.snapshot(tag))?.refunds).toEqual([refund]);
    expect(await sent()).toEqual([]);
    expect(told()).toBe(0);
  });

  it("of an inactive account is recorded and starts nothing", async () => {
    const { settler, store, tag, current, told, sent } = await openLedger();
    await store.setActive("shop", false);
    expect(await settler.settle(tag, paid, occurrence)).toMatchObject({ isNew: true });
    expect(await current()).toMatchObject({ status: "Completed", sequence: 1 });
    expect(await sent()).toEqual([]);
    expect(told()).toBe(0);
  });

  it("is decided anew when another one came between", async () => {
    let raced = 0;
    const ledger = await openLedger({}, {});
    const { store, settler, tag, current } = ledger;
    const { commit } = store;
    store.commit = async (change) => {
      if (raced++ === 0) {
        const other = { ...(await current()), version: 2, reference: "changed meanwhile" };
        await commit({ request: other });
      }
      return commit(change);
    };
    expect(await settler.settle(tag, paid, occurrence)).toMatchObject({ isNew: true });
    expect(await current()).toMatchObject({ status: "Completed", reference: "changed meanwhile", version: 3 });
  });

  it("is given up, not lost in silence, when the request never comes to rest", async () => {
    const { store, settler, tag } = await openLedger();
    let tries = 0;
    store.commit = async () => {
      tries++;
      return false;
    };
    expect((await refusal(settler.settle(tag, paid, occurrence))).code).toBe("store_unavailable");
    expect(tries).toBe(20);
  });

  it("of a request that is not there is a fault", async () => {
    const { settler } = await openLedger();
    expect((await refusal(settler.settle("f".repeat(32), paid, occurrence))).code).toBe("internal_error");
  });
});
