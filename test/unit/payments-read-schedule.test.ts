import { describe, expect, it } from "@jest/globals";
import { nextReadAt, nextRefundReadAt } from "../../src/payments/read-schedule.ts";
import { requestRow } from "../stores/sample-rows.ts";

const createdAt = 1_000_000;
const delay = (age: number, changes: Parameters<typeof requestRow>[0] = {}) => {
  const now = createdAt + age;
  const next = nextReadAt(requestRow({ createdAt, ...changes }), now);
  return next === null ? null : next - now;
};

describe("a link is read again", () => {
  it.each([
    [0, 2_000, 60_000],
    [599_999, 2_000, 60_000],
    [600_000, 60_000, 60_000],
    [3_599_999, 60_000, 60_000],
    [3_600_000, 300_000, 300_000],
    [604_799_999, 300_000, 300_000],
    [604_800_000, 3_600_000, 3_600_000],
    [31_536_000_000, 3_600_000, 3_600_000],
  ])("at the age of %d ms after %d ms, with a webhook after %d ms", (age, without, withWebhook) => {
    for (const status of ["Pending", "Processing", "Failed"] as const) {
      expect(delay(age, { hasWebhook: false, status })).toBe(without);
      expect(delay(age, { hasWebhook: true, status })).toBe(withWebhook);
    }
  });

  it.each(["Completed", "Refunded", "Cancelled"] as const)("for a week while it is %s, ever more rarely", (status) => {
    for (const hasWebhook of [true, false]) {
      expect(delay(0, { status, hasWebhook })).toBe(60_000);
      expect(delay(3_599_999, { status, hasWebhook })).toBe(60_000);
      expect(delay(3_600_000, { status, hasWebhook })).toBe(3_600_000);
      expect(delay(604_800_000, { status, hasWebhook })).toBe(3_600_000);
      expect(delay(604_800_001, { status, hasWebhook })).toBeNull();
    }
  });

  it("never when it was refused", () => {
    expect(delay(0, { stage: "refused" })).toBeNull();
  });

  it.each(["asking", "unknown"] as const)("looked for in the lists while it is %s, ever more rarely", (stage) => {
    expect(delay(0, { stage })).toBe(10_000);
    expect(delay(600_000, { stage })).toBe(60_000);
    expect(delay(3_600_000, { stage })).toBe(300_000);
    expect(delay(86_400_000, { stage })).toBe(3_600_000);
    expect(delay(604_800_001, { stage })).toBeNull();
  });

  it("at its deadline, when that comes first", () => {
    expect(delay(0, { deadlineAt: createdAt + 30_000 })).toBe(30_000);
    expect(delay(0, { deadlineAt: createdAt + 60_001 })).toBe(60_000);
  });

  it("as ever, when its deadline has passed or it is closed already", () => {
    expect(delay(30_000, { deadlineAt: createdAt + 30_000 })).toBe(60_000);
    expect(delay(0, { deadlineAt: createdAt + 30_000, closedFor: "expired" })).toBe(60_000);
  });
});

describe("an open refund case is read again", () => {
  it.each([
    [0, 2_000],
    [599_999, 2_000],
    [600_000, 60_000],
    [3_599_999, 60_000],
    [3_600_000, 300_000],
    [86_399_999, 300_000],
    [86_400_000, 3_600_000],
    [31_536_000_000, 3_600_000],
  ])("at the age of %d ms after %d ms", (age, pause) => {
    expect(nextRefundReadAt(createdAt, createdAt + age) - createdAt - age).toBe(pause);
  });
});
