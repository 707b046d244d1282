import { describe, expect, it } from "@jest/globals";
import { plainMessage } from "../../src/payments/wait-message.ts";
import { placeOf, routeOf, takerOf } from "../../src/payments/wait-routing.ts";
import type { WaitRow } from "../../src/store/wait-rows.ts";

const waiting: WaitRow = {
  tag: "a".repeat(32),
  takerId: "wait node-1",
  startsEventFlows: false,
  ending: null,
  eventId: null,
};
type Told = Parameters<typeof routeOf>[1];
const told = (status: Told["status"], reason: Told["reason"] = null): Told => ({ id: "evt_1", status, reason });

describe("the way of an event while a run waits", () => {
  it.each<[Told["status"], Told["reason"], boolean, string | null]>([
    ["Completed", null, false, "paid"],
    ["Completed", "overpaid", true, "paid"],
    ["Completed", "accepted", false, "paid"],
    ["Cancelled", "expired", false, "expired"],
    ["Cancelled", "expired", true, "failed"],
    ["Cancelled", "disabled", false, "cancelled"],
    ["Cancelled", "disabled", true, "cancelled"],
    ["Pending", null, false, null],
    ["Processing", null, true, null],
    ["Failed", null, true, null],
    ["Completed", "refund-requested", true, null],
    ["Refunded", "full", true, null],
  ])("%s/%s with an attempt: %s ends it by %s", (status, reason, hadAttempt, ending) => {
    const route = routeOf(waiting, told(status, reason), hadAttempt);
    expect(route.ended).toEqual(ending && { ...waiting, ending, eventId: "evt_1" });
    expect(route.isForWait).toBe(ending !== null || status === "Failed");
    expect(route.isForFlows).toBe(false);
    expect(routeOf({ ...waiting, startsEventFlows: true }, told(status, reason), hadAttempt).isForFlows).toBe(true);
  });

  it.each(["paid", "failed", "expired", "cancelled", "error"] as const)("is that of any event after %s", (ending) => {
    const route = routeOf({ ...waiting, ending }, told("Completed", "late"), true);
    expect(route).toEqual({ isForWait: false, isForFlows: true, ended: null });
  });

  it("tells places from other receivers", () => {
    expect(placeOf(takerOf("node 1"))).toBe("node 1");
    expect(placeOf("node-1")).toBeNull();
  });
});

describe("the plain data of a message", () => {
  it("holds exactly 64 kB and no byte more, counted as UTF-8", () => {
    const frame = JSON.stringify({ text: "" }).length;
    const text = "₹".repeat(21_841) + "x".repeat(65_536 - frame - 3 * 21_841);
    expect(plainMessage({ text })).toEqual({ text });
    expect(() => plainMessage({ text: `${text}x` })).toThrow("at most 64 kB");
  });

  it("leaves out functions, req and res, and asks none of them anything", () => {
    const toJSON = () => "something else";
    expect(plainMessage({ a: 1, toJSON, req: 1, res: 2, deep: { req: 3, call: () => 1 } })).toEqual({
      a: 1,
      deep: { req: 3 },
    });
  });

  it("refuses what throws while it is read", () => {
    const message = {
      get broken() {
        throw new Error("no");
      },
    };
    expect(() => plainMessage(message)).toThrow("plain JSON");
  });
});
