import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decide, type Fact, refundedPaise } from "../../src/payments/state-machine.ts";
import type { RefundStage, RequestSnapshot } from "../../src/store/rows.ts";
import { paymentRow, refundRow, requestRow } from "../stores/sample-rows.ts";

const paymentA = "MOJO5a06005J21512197";
const paymentB = "MOJO5a06005J21512198";

const paymentFact = (paymentId: string, state: "open" | "failed" | "paid", amountPaise = 20_000): Fact => {
  const { tag: _tag, ...payment } = paymentRow({ paymentId, state, amountPaise });
  return { kind: "payment", payment };
};
const refundFact = (stage: RefundStage, changes: Parameters<typeof refundRow>[0] = {}): Fact => ({
  kind: "refund",
  refund: refundRow({ stage, caseId: "C5c0751269", amountPaise: 20_000, ...changes }),
});

const facts = {
  aOpen: paymentFact(paymentA, "open"),
  aFailed: paymentFact(paymentA, "failed"),
  aPaid: paymentFact(paymentA, "paid"),
  bPaid: paymentFact(paymentB, "paid"),
  refundRequested: refundFact("requested"),
  refunded: refundFact("refunded"),
  closed: { kind: "link-closed", reason: "expired" },
} satisfies Record<string, Fact>;
type Name = keyof typeof facts;
const names = Object.keys(facts) as Name[];

interface Told {
  readonly status: string;
  readonly reason: string | null;
  readonly about: string;
}

const start = (changes: Parameters<typeof requestRow>[0] = {}): RequestSnapshot => ({
  request: requestRow(changes),
  payments: [],
  refunds: [],
});

/** Applies facts in turn, as the ledger would. */
function tell(snapshot: RequestSnapshot, told: readonly Fact[]): { snapshot: RequestSnapshot; told: Told[] } {
  const events: Told[] = [];
  let now = snapshot;
  for (const fact of told) {
    const decision = decide(now, fact);
    if (!decision) continue;
    const { payment, refund, status, announcement } = decision;
    now = {
      request: { ...now.request, status },
      payments: payment ? [...now.payments.filter((p) => p.paymentId !== payment.paymentId), payment] : now.payments,
      refunds: refund ? [...now.refunds.filter((r) => r.transactionId !== refund.transactionId), refund] : now.refunds,
    };
    if (announcement) events.push({ ...announcement, about: payment?.paymentId ?? refund?.caseId ?? "link" });
  }
  return { snapshot: now, told: events };
}

const tellNames = (order: readonly Name[]) =>
  tell(
    start(),
    order.map((name) => facts[name]),
  );

/** Every order of every subset. */
function* orders(of: readonly Name[]): Generator<readonly Name[]> {
  yield [];
  for (const first of of) {
    for (const rest of orders(of.filter((name) => name !== first))) yield [first, ...rest];
  }
}

/** Where a request ends, from what is known of it and not from the order in which that came. */
function endOf(known: ReadonlySet<Name>): string {
  if (known.has("refunded")) return "Refunded";
  if (known.has("aPaid") || known.has("bPaid")) return "Completed";
  if (known.has("closed")) return "Cancelled";
  if (known.has("aFailed")) return "Failed";
  return known.has("aOpen") ? "Processing" : "Pending";
}

/** An attempt that never ends: then it matters whether it began before the link was closed. */
const isUndecided = (known: ReadonlySet<Name>) =>
  known.has("aOpen") && !known.has("aFailed") && endOf(known) === "Cancelled";

describe("facts of one request in any order", () => {
  const all = [...orders(names)];

  it("are tried in each of their 13700 orders", () => {
    expect(all).toHaveLength(13_700);
    expect(new Set(all.map(String)).size).toBe(13_700);
  });

  it("end in one state for each set of facts, once the closing is looked at again after the last one", () => {
    const wrong = all.filter((order) => {
      const known = new Set(order);
      if (isUndecided(known)) return false;
      const again: readonly Name[] = known.has("closed") ? ["closed"] : [];
      return tellNames([...order, ...again]).snapshot.request.status !== endOf(known);
    });
    expect(wrong).toEqual([]);
  });

  it("never tell one event twice, and Completed exactly once for each paid payment", () => {
    const wrong = all.filter((order) => {
      const { told } = tellNames([...order, ...order]);
      const identities = new Set(told.map(({ status, reason, about }) => `${status} ${reason} ${about}`));
      const completions = (paid: string) =>
        told.filter(({ status, about }) => status === "Completed" && about === paid).length;
      const isRight =
        identities.size === told.length &&
        completions(paymentA) === Number(order.includes("aPaid")) &&
        completions(paymentB) === Number(order.includes("bPaid"));
      return !isRight;
    });
    expect(wrong).toEqual([]);
  });

  it("say nothing new when all of them come again, any number of times", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { maxLength: 14 }), (order) => {
        const settled = tellNames([...order, ...order]);
        const again = tell(
          settled.snapshot,
          order.map((name) => facts[name]),
        );
        expect(again.told).toEqual([]);
        expect(again.snapshot.request.status).toBe(settled.snapshot.request.status);
        if (!isUndecided(new Set(order))) expect(settled.snapshot.request.status).toBe(endOf(new Set(order)));
      }),
      { numRuns: 500 },
    );
  });

  it("never leave Completed for anything but Refunded, nor Refunded for anything", () => {
    const allowed: Record<string, readonly string[]> = {
      Completed: ["Completed", "Refunded"],
      Refunded: ["Refunded"],
    };
    const wrong = all.filter((order) => {
      let snapshot = start();
      return order.some((name) => {
        const before = snapshot.request.status;
        snapshot = tell(snapshot, [facts[name]]).snapshot;
        return allowed[before]?.includes(snapshot.request.status) === false;
      });
    });
    expect(wrong).toEqual([]);
  });

  it("keep a link with an unfinished attempt open, and one that was closed before it closed", () => {
    expect(tellNames(["aOpen", "closed"]).snapshot.request.status).toBe("Processing");
    expect(tellNames(["closed", "aOpen"]).snapshot.request.status).toBe("Cancelled");
    expect(tellNames(["aOpen", "closed", "aFailed", "closed"]).snapshot.request.status).toBe("Cancelled");
  });
});

describe("one fact", () => {
  it("of a new link opens it and is told as Pending, once", () => {
    const link = { paymentRequestId: "05f317448ad84649aa1a9c7328edb015", link: "https://pay", response: {} };
    expect(decide(start({ stage: "unknown" }), { kind: "link-made", link })).toEqual({
      status: "Pending",
      request: { ...link, stage: "open" },
      announcement: { status: "Pending", reason: null },
    });
    expect(decide(start({ stage: "open" }), { kind: "link-made", link })).toBeNull();
  });

  it.each([
    ["open", "Processing"],
    ["failed", "Failed"],
    ["paid", "Completed"],
  ] as const)("of a payment that is %s is told as %s and stored with the tag of its request", (state, status) => {
    const decision = decide(start({ tag: "b".repeat(32) }), paymentFact(paymentA, state));
    expect(decision).toEqual({
      status,
      payment: paymentRow({ paymentId: paymentA, state, tag: "b".repeat(32) }),
      announcement: { status, reason: null },
    });
  });

  it.each([
    ["failed", "open"],
    ["paid", "open"],
    ["paid", "failed"],
    ["open", "open"],
  ] as const)("never takes a payment that is %s back to %s", (known, state) => {
    const { snapshot } = tell(start(), [paymentFact(paymentA, known)]);
    expect(decide(snapshot, paymentFact(paymentA, state))).toBeNull();
  });

  it.each([
    ["the asked amount", 20_000, {}, [], null],
    ["more than was asked", 20_001, {}, [], "overpaid"],
    ["after the link was closed", 20_000, { status: "Cancelled" }, [], "late"],
    ["a second time", 20_000, {}, ["paid"], "duplicate"],
    ["a second time and late", 20_000, { status: "Cancelled" }, ["paid"], "duplicate"],
    ["after a failed attempt", 20_000, {}, ["failed"], null],
    ["beside an unfinished attempt", 20_000, {}, ["open"], null],
    ["a second time, where that is allowed", 20_000, { input: { allowRepeatedPayments: true } }, ["paid"], null],
    ["a second time, where that is not", 20_000, { input: { allowRepeatedPayments: false } }, ["paid"], "duplicate"],
  ] as const)("of a payment of %s carries its reason", (_, amountPaise, request, others, reason) => {
    const snapshot = { ...start(request), payments: others.map((state) => paymentRow({ paymentId: paymentB, state })) };
    expect(decide(snapshot, paymentFact(paymentA, "paid", amountPaise))?.announcement).toEqual({
      status: "Completed",
      reason,
    });
  });

  it.each(["expired", "disabled"] as const)("of a link that was closed is told as Cancelled: %s", (reason) => {
    expect(decide(start(), { kind: "link-closed", reason })).toEqual({
      status: "Cancelled",
      announcement: { status: "Cancelled", reason },
    });
  });

  it("of a link that was opened again is Pending, or what its attempts say, and told to nobody", () => {
    const closed = { status: "Cancelled", closedFor: "disabled", closedAt: 1, deadlineAt: 2 } as const;
    const request = { closedFor: null, deadlineAt: null };
    const opened = { kind: "link-opened", at: 2 } as const;
    expect(decide(start(closed), opened)).toEqual({ status: "Pending", request });
    const failed = { ...start(closed), payments: [paymentRow({ state: "failed" })] };
    expect(decide(failed, opened)).toEqual({ status: "Failed", request });
    expect(decide(start(), opened)).toBeNull();
  });

  it("of a link that was opened again keeps a deadline that is still to come", () => {
    const closed = { closedFor: "disabled", closedAt: 1, deadlineAt: 2 } as const;
    expect(decide(start(closed), { kind: "link-opened", at: 1 })?.request).toEqual({ closedFor: null, deadlineAt: 2 });
    const open = { deadlineAt: 2 };
    expect(decide(start(open), { kind: "link-opened", at: 1 })).toBeNull();
    expect(decide(start(open), { kind: "link-opened", at: 2 })?.request).toEqual({ closedFor: null, deadlineAt: null });
  });

  it.each([
    ["requested", "Completed", "refund-requested"],
    ["in-review", "Completed", "refund-in-review"],
    ["denied", "Completed", "refund-denied"],
    ["withdrawn", "Completed", "refund-withdrawn"],
    ["closed", "Completed", "refund-closed"],
    ["refunded", "Refunded", "full"],
  ] as const)("of a refund that is %s is told as %s, %s", (stage, status, reason) => {
    const { snapshot } = tell(start(), [facts.aPaid]);
    expect(decide(snapshot, refundFact(stage))?.announcement).toEqual({ status, reason });
    expect(decide(snapshot, refundFact(stage))?.status).toBe(stage === "refunded" ? "Refunded" : "Completed");
  });

  it.each(["asking", "unknown", "refused"] as const)("of a refund that is %s is stored and not told", (stage) => {
    const { snapshot } = tell(start(), [facts.aPaid]);
    const decision = decide(snapshot, refundFact(stage));
    expect(decision).toMatchObject({ status: "Completed", refund: { stage } });
    expect(decision?.announcement).toBeUndefined();
  });

  it("goes back from review to requested by nothing", () => {
    const { snapshot } = tell(start(), [facts.aPaid, refundFact("in-review")]);
    expect(decide(snapshot, refundFact("requested"))).toBeNull();
    expect(decide(snapshot, refundFact("refunded"))?.status).toBe("Refunded");
  });

  it.each(["refunded", "denied", "withdrawn", "closed"] as const)("changes nothing of a refund that is %s", (stage) => {
    const { snapshot } = tell(start(), [facts.aPaid, refundFact(stage)]);
    for (const next of ["requested", "refunded", "denied", "withdrawn", "closed", "unknown"] as const) {
      expect(decide(snapshot, refundFact(next))).toBeNull();
    }
  });
});

describe("several refunds of one payment", () => {
  const parts = [
    { transactionId: "one", caseId: "C1", amountPaise: 5_000, stage: "refunded" },
    { transactionId: "two", caseId: "C2", amountPaise: 14_999, stage: "refunded" },
    { transactionId: "three", caseId: "C3", amountPaise: 1, stage: "refunded" },
  ] as const;

  it("are each told, as partial until the last paisa went back", () => {
    const { told } = tell(start(), [facts.aPaid, ...parts.map(({ stage, ...refund }) => refundFact(stage, refund))]);
    expect(told.slice(1)).toEqual([
      { status: "Refunded", reason: "partial", about: "C1" },
      { status: "Refunded", reason: "partial", about: "C2" },
      { status: "Refunded", reason: "full", about: "C3" },
    ]);
  });

  it("are summed by payment, counting only those that are concluded", () => {
    const refunds = [
      ...parts.map((part) => refundRow(part)),
      refundRow({ transactionId: "open", stage: "requested", amountPaise: 700 }),
      refundRow({ transactionId: "other", stage: "refunded", amountPaise: 900, paymentId: paymentB }),
    ];
    expect(refundedPaise(refunds, refunds[0] as (typeof refunds)[0])).toBe(20_000);
    expect(refundedPaise(refunds, refunds[4] as (typeof refunds)[0])).toBe(900);
  });
});
