import { describe, expect, it } from "@jest/globals";
import { timelineOf } from "../../src/operator/timeline.ts";
import { verdictOf } from "../../src/operator/verdict.ts";
import type { EventRow, RequestHistory } from "../../src/store/rows.ts";
import { deliveryRow, eventRow, messageRow, requestRow } from "../stores/sample-rows.ts";

const instants = { occurredAt: "2026-01-01T10:00:00.000Z", observedAt: "2026-01-01T10:00:01.000Z" };
const paid = (changes: Partial<EventRow> = {}): EventRow => {
  const row = eventRow(changes);
  return { ...row, event: { ...row.event, status: "Completed", amount: "200.00", source: "webhook", ...instants } };
};

function told(changes: Partial<RequestHistory>) {
  const history: RequestHistory = {
    request: requestRow({ status: "Completed" }),
    payments: [],
    refunds: [],
    messages: [],
    events: [],
    deliveries: [],
    decisions: [],
    ...changes,
  };
  const lines = timelineOf(history).map(({ title, detail }) => `${title}. ${detail}`);
  return {
    verdict: verdictOf(history),
    lines,
    offers: timelineOf(history).flatMap(({ offer }) => offer?.command ?? []),
  };
}

describe("where nothing fired, the story of a payment", () => {
  it.each([
    ["no-taker", "no flow listens"],
    ["inactive", "the account was inactive"],
  ] as const)("says of an event that was %s why, and offers to send it", (unclaimed, why) => {
    const { verdict, lines, offers } = told({ events: [paid({ unclaimed })] });
    expect(verdict).toEqual({ tone: "bad", text: `Completed, but no flow started: ${why}.` });
    expect(lines).toContain(`No flow started: ${why}. Event Completed is kept.`);
    expect(offers).toEqual(["redeliver"]);
  });

  it.each([
    [
      "parked",
      "not_found",
      "Parked: Instamojo never confirmed it. Asked 3 times, last answer: not found. It starts nothing.",
    ],
    [
      "quarantined",
      "amount",
      "Quarantined: amount differs from what Instamojo says. It starts nothing until somebody accepts or dismisses it.",
    ],
  ] as const)("says of a message that is %s why, and offers to judge it", (state, cause, line) => {
    const { verdict, lines, offers } = told({
      request: requestRow({ status: "Pending" }),
      messages: [messageRow({ state, cause, attempts: 3, settledAt: 5_000 })],
    });
    expect(verdict).toMatchObject({ tone: "bad", text: expect.stringContaining(state) });
    expect(lines).toContain(line);
    expect(offers).toEqual(["judge"]);
  });

  it("says of a message what it waits for, that it is about no link here, or that it was dismissed", () => {
    const lineOf = (changes: Parameters<typeof messageRow>[0]) =>
      told({ messages: [messageRow(changes)] }).lines.at(-1);
    expect(lineOf({ attempts: 1, cause: "gateway_error", nextAt: 7_000 })).toBe(
      "Waiting for Instamojo to confirm. Asked once (gateway error); asked again 1970-01-01T00:00:07.000Z.",
    );
    expect(lineOf({ state: "done", cause: "not-ours" })).toBe("Webhook received. It is about no link of ours.");
    expect(lineOf({ state: "dismissed", cause: "amount" })).toBe(
      "Webhook received. It was dismissed: amount differs from what Instamojo says.",
    );
  });

  it("says which event a flow did not take, and which ones wait behind it", () => {
    const { verdict, lines, offers } = told({
      events: [paid(), paid({ id: "evt_2", sequence: 2 })],
      deliveries: [
        deliveryRow({ state: "parked", attempts: 11, cause: "timeout", settledAt: Date.UTC(2026, 0, 2) }),
        deliveryRow({ eventId: "evt_2", sequence: 2 }),
      ],
    });
    expect(verdict).toEqual({ tone: "bad", text: "An event is parked: a flow did not take it." });
    expect(lines).toContain("Parked: flow-1 did not take it. Tried 11 times (timeout).");
    expect(lines).toContain("Held for flow-1. An earlier event must be taken first.");
    expect(offers).toEqual(["redeliver"]);
  });
});
