import { describe, expect, it } from "@jest/globals";
import type { SimulatorLedger } from "../../src/simulator/ledger.ts";
import type { ReceivedEvent } from "./host-talk.ts";
import { judge } from "./judge.ts";

const ledger = {
  payments: [
    { id: "MOJO1", status: true },
    { id: "MOJO2", status: true },
    { id: "MOJO3", status: false },
  ],
} as SimulatorLedger;
const orders = new Map([["link", "order-1"]]);

const event = (id: string, paymentId: string, rest: Partial<ReceivedEvent> = {}): ReceivedEvent => ({
  id,
  status: "Completed",
  paymentId,
  paymentRequestId: "link",
  sequence: Number(id),
  correlation: { order: "order-1" },
  ...rest,
});
const both = [event("2", "MOJO1"), event("3", "MOJO2")];

describe("the verdict over received events", () => {
  it("is clean when each paid payment was told once, repeats of an event id aside", () => {
    const failed = event("4", "MOJO3", { status: "Failed" });
    expect(judge(ledger, [...both, failed, event("2", "MOJO1")], orders)).toEqual({
      paid: 2,
      received: 4,
      repeats: 1,
      lost: 0,
      extra: 0,
      misplaced: 0,
      examples: [],
    });
  });

  it.each([
    ["a paid payment that was never told as lost", [event("2", "MOJO1")], { lost: 1, extra: 0, misplaced: 0 }],
    ["a second event id for one payment as extra", [...both, event("4", "MOJO1")], { lost: 0, extra: 1, misplaced: 0 }],
    [
      "a failed payment told as completed as extra",
      [...both, event("4", "MOJO3")],
      { lost: 0, extra: 1, misplaced: 0 },
    ],
    ["a payment that nobody holds as extra", [...both, event("4", "MOJO9")], { lost: 0, extra: 1, misplaced: 0 }],
    ["a later event of a link that came first", [...both].reverse(), { lost: 0, extra: 0, misplaced: 1 }],
    [
      "an event of another conversation",
      [event("2", "MOJO1", { correlation: { order: "order-2" } }), event("3", "MOJO2")],
      { lost: 0, extra: 0, misplaced: 1 },
    ],
  ])("counts %s", (_, received, verdict) => {
    expect(judge(ledger, received, orders)).toMatchObject(verdict);
  });
});
