import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decide, type Fact } from "../../src/payments/state-machine.ts";
import type { PaymentState, RefundStage, RequestSnapshot } from "../../src/store/rows.ts";
import { paymentRow, refundRow, requestRow } from "../stores/sample-rows.ts";

const paymentIds = ["MOJO5a06005J21512101", "MOJO5a06005J21512102", "MOJO5a06005J21512103"];
const askedPaise = 20_000;

const paymentFacts = fc
  .record({
    paymentId: fc.constantFrom(...paymentIds),
    state: fc.constantFrom<PaymentState>("open", "failed", "paid"),
    amountPaise: fc.constantFrom(askedPaise, askedPaise + 1),
  })
  .map((changes): Fact => {
    const { tag: _tag, ...payment } = paymentRow(changes);
    return { kind: "payment", payment };
  });
const stages: RefundStage[] = [
  "asking",
  "refused",
  "unknown",
  "requested",
  "refunded",
  "denied",
  "withdrawn",
  "closed",
];
const refundFacts = fc
  .record({ transaction: fc.nat({ max: 3 }), stage: fc.constantFrom(...stages) })
  .map(({ transaction, stage }): Fact => {
    const paymentId = paymentIds[transaction % 2] as string;
    const amountPaise = [5_000, 12_000, 15_000, 8_000][transaction] as number;
    const own = { transactionId: `refund-${transaction}`, caseId: `C${transaction}` };
    return { kind: "refund", refund: refundRow({ ...own, paymentId, stage, amountPaise, paidPaise: askedPaise }) };
  });
const closings = fc
  .constantFrom<"expired" | "disabled">("expired", "disabled")
  .map((reason): Fact => ({ kind: "link-closed", reason }));
const story = fc.array(fc.oneof(paymentFacts, refundFacts, closings), { maxLength: 25 });

interface Told {
  readonly status: string;
  readonly reason: string | null;
  readonly fact: Fact;
}

/** Applies facts as the ledger would, to rows that nobody may change in place. */
function tell(facts: readonly Fact[], allowRepeatedPayments = false) {
  const request = requestRow({ input: { allowRepeatedPayments }, amountPaise: askedPaise });
  let now: RequestSnapshot = { request, payments: [], refunds: [] };
  const told: Told[] = [];
  const statuses: string[] = [];
  for (const fact of facts) {
    const decision = decide(frozen(now), frozen(fact));
    if (decision) {
      const { payment, refund, status, announcement } = decision;
      now = {
        request: { ...now.request, status },
        payments: payment ? [...now.payments.filter((p) => p.paymentId !== payment.paymentId), payment] : now.payments,
        refunds: refund
          ? [...now.refunds.filter((r) => r.transactionId !== refund.transactionId), refund]
          : now.refunds,
      };
      if (announcement) told.push({ ...announcement, fact });
    }
    statuses.push(now.request.status);
  }
  return { now, told, statuses };
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

const paidOf = (facts: readonly Fact[]) => [
  ...new Set(
    facts.flatMap((fact) => (fact.kind === "payment" && fact.payment.state === "paid" ? fact.payment.paymentId : [])),
  ),
];
const completions = (told: readonly Told[]) =>
  told.flatMap(({ status, reason, fact }) =>
    status === "Completed" && fact.kind === "payment" ? { id: fact.payment.paymentId, reason } : [],
  );

describe("any story of several payments and refunds", () => {
  it("tells each paid payment once, in the order of their coming, and all but the first as duplicates", () => {
    fc.assert(
      fc.property(story, fc.boolean(), (facts, isRepeatable) => {
        const said = completions(tell(facts, isRepeatable).told);
        expect(said.map(({ id }) => id)).toEqual(paidOf(facts));
        expect(said.filter(({ reason }) => reason === "duplicate").length).toBe(
          isRepeatable ? 0 : Math.max(0, said.length - 1),
        );
      }),
      { numRuns: 400 },
    );
  });

  it("stays paid or refunded once it was, and never says Failed or Processing after that", () => {
    fc.assert(
      fc.property(story, (facts) => {
        const { statuses, told } = tell(facts);
        const paidAt = facts.findIndex((fact) => fact.kind === "payment" && fact.payment.state === "paid");
        const late = paidAt < 0 ? [] : statuses.slice(paidAt);
        expect(late.filter((status) => status !== "Completed" && status !== "Refunded")).toEqual([]);
        const firstPaid = told.findIndex(({ status, fact }) => status === "Completed" && fact.kind === "payment");
        const after = firstPaid < 0 ? [] : told.slice(firstPaid);
        expect(after.filter(({ status }) => ["Failed", "Processing", "Cancelled"].includes(status))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it("keeps how a refund ended, tells its money once, and says full only when the whole payment went back", () => {
    fc.assert(
      fc.property(story, (facts) => {
        const { now, told } = tell(facts);
        const ends = ["refunded", "denied", "withdrawn", "closed"];
        const backPaise = new Map<string, number>();
        const seen = new Set<string>();
        for (const { status, reason, fact } of told) {
          if (fact.kind !== "refund" || status !== "Refunded") continue;
          const { transactionId, paymentId, amountPaise } = fact.refund;
          expect(seen.has(transactionId)).toBe(false);
          seen.add(transactionId);
          const sum = (backPaise.get(paymentId) ?? 0) + amountPaise;
          backPaise.set(paymentId, sum);
          expect(reason).toBe(sum >= askedPaise ? "full" : "partial");
        }
        for (const { transactionId, stage } of now.refunds) {
          const own = facts.flatMap((fact) =>
            fact.kind === "refund" && fact.refund.transactionId === transactionId ? fact.refund.stage : [],
          );
          expect(stage).toBe(own.find((each) => ends.includes(each)) ?? own.at(-1));
          expect(seen.has(transactionId)).toBe(stage === "refunded");
        }
      }),
      { numRuns: 400 },
    );
  });

  it("ends in the same state in whatever order its payments and concluded refunds come", () => {
    const ended = refundFacts.filter((fact) => fact.kind === "refund" && fact.refund.stage === "refunded");
    const facts = fc.array(fc.oneof(paymentFacts, ended), { maxLength: 12 });
    fc.assert(
      fc.property(
        facts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([one, other]) => {
          const sorted = (all: readonly Fact[]) => {
            const { now } = tell(all, true);
            return {
              status: now.request.status,
              payments: now.payments.map(({ paymentId, state }) => `${paymentId} ${state}`).sort(),
              refunds: now.refunds.map(({ transactionId, stage }) => `${transactionId} ${stage}`).sort(),
            };
          };
          expect(sorted(other)).toEqual(sorted(one));
        },
      ),
      { numRuns: 300 },
    );
  });
});
