import { describe, expect, it } from "@jest/globals";
import {
  nextPaymentReadAt,
  nextReadAfter,
  nextReadAt,
  nextRefundReadAt,
  sweepPauseMs,
} from "../../src/payments/read-schedule.ts";
import type { RequestAge } from "../../src/store/sweep-rows.ts";
import { requestRow } from "../stores/sample-rows.ts";

const createdAt = 1_000_000;
const month = 2_592_000_000;
const open = (changes: Parameters<typeof requestRow>[0] = {}) => requestRow({ createdAt, ...changes });

describe("a link is read by itself", () => {
  it.each(["Pending", "Processing", "Failed"] as const)("once a month while it is %s", (status) => {
    expect(nextReadAt(open({ status }))).toBe(createdAt + month);
    expect(nextReadAfter(open({ status }), 5_000_000)).toBe(5_000_000 + month);
  });

  it.each(["Completed", "Refunded", "Cancelled"] as const)("never while it is %s", (status) => {
    expect(nextReadAt(open({ status, nextReadAt: 5, deadlineAt: 6 }))).toBeNull();
    expect(nextReadAfter(open({ status, deadlineAt: 6 }), 7)).toBeNull();
  });

  it.each(["asking", "unknown", "refused"] as const)("never while it is %s", (stage) => {
    expect(nextReadAt(open({ stage }))).toBeNull();
    expect(nextReadAfter(open({ stage }), 7)).toBeNull();
  });

  it("at its deadline, or at the time that was set before when that is earlier", () => {
    expect(nextReadAt(open({ deadlineAt: createdAt + 30_000 }))).toBe(createdAt + 30_000);
    expect(nextReadAt(open({ deadlineAt: createdAt + 30_000, nextReadAt: createdAt + 1 }))).toBe(createdAt + 1);
    expect(nextReadAfter(open({ deadlineAt: createdAt + 30_000 }), createdAt)).toBe(createdAt + 30_000);
    expect(nextReadAfter(open({ deadlineAt: createdAt + 30_000 }), createdAt + 30_000)).toBe(createdAt + 31_000);
  });

  it.each([
    [0, 5_000],
    [600_000, 60_000],
    [3_600_000, 300_000],
    [86_400_000, 3_600_000],
  ])("until it is known how it ended, %d ms after its closing after %d ms", (age, pause) => {
    const closing = open({ deadlineAt: createdAt, closedFor: "expired", closedAt: createdAt, nextReadAt: 7 });
    expect(nextReadAfter(closing, createdAt + age)).toBe(createdAt + age + pause);
    expect(nextReadAt(closing)).toBe(7);
    expect(nextReadAt({ ...closing, nextReadAt: null })).toBe(createdAt);
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

describe("an unfinished payment is read again", () => {
  it.each([
    [0, 2_000],
    [600_000, 60_000],
    [3_600_000, 300_000],
    [86_400_000, 3_600_000],
    [604_800_001, 86_400_000],
    [7_776_000_000, 86_400_000],
  ])("%d ms after it was first seen after %d ms", (age, pause) => {
    expect(nextPaymentReadAt(createdAt, createdAt + age)).toBe(createdAt + age + pause);
  });

  it("for ninety days", () => {
    expect(nextPaymentReadAt(createdAt, createdAt + 7_776_000_001)).toBeNull();
  });
});

describe("the lists are read again", () => {
  const now = 100_000_000;
  const link = (age: number, changes: Partial<RequestAge> = {}): RequestAge => ({
    createdAt: now - age,
    hasWebhook: true,
    stage: "open",
    status: "Pending",
    ...changes,
  });

  it.each<[string, readonly RequestAge[], number]>([
    ["there is no link", [], 300_000],
    ["a link younger than ten minutes has no webhook", [link(599_999, { hasWebhook: false })], 2_000],
    ["that link is paid already", [link(0, { hasWebhook: false, status: "Completed" })], 2_000],
    ["nobody knows whether that link was made", [link(0, { hasWebhook: false, stage: "unknown" })], 2_000],
    ["that link was refused", [link(0, { hasWebhook: false, stage: "refused" })], 300_000],
    ["it is ten minutes old", [link(600_000, { hasWebhook: false })], 60_000],
    ["a link has a webhook", [link(0)], 60_000],
    ["a link younger than an hour is open", [link(5_000_000), link(3_599_999)], 60_000],
    ["it is an hour old", [link(3_600_000)], 300_000],
    ["it is paid", [link(1_000, { status: "Completed" })], 300_000],
  ])("when %s", (_, latest, pause) => {
    expect(sweepPauseMs(latest, now)).toBe(pause);
  });
});
