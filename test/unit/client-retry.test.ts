import { describe, expect, it } from "@jest/globals";
import { parseRetryAfter, retryDelayMs } from "../../src/client/retry.ts";

const nowMs = Date.UTC(2026, 0, 1, 12, 0, 0);

describe("Retry-After", () => {
  it.each([
    ["2", 2_000],
    [" 7 ", 7_000],
    ["30", 30_000],
    ["31", 30_000],
    ["3600", 30_000],
    ["9".repeat(400), 30_000],
    ["Thu, 01 Jan 2026 12:00:05 GMT", 5_000],
    ["Thursday, 01-Jan-26 12:00:05 GMT", 5_000],
    ["Thu Jan  1 12:00:05 2026", 5_000],
    ["Fri, 02 Jan 2026 12:00:00 GMT", 30_000],
  ])("takes %p as a wait of %d ms", (value, expected) => {
    expect(parseRetryAfter(value, nowMs)).toBe(expected);
  });

  it.each([
    undefined,
    "",
    " ",
    "0",
    "-5",
    "+5",
    "1.5",
    "1e3",
    "0x10",
    "soon",
    "٥",
    "5 seconds",
    "2026-01-01T12:00:05Z",
    "Thu, 01 Jan 2026 11:59:59 GMT",
    "Thu, 99 Foo 2026 12:00:05 GMT",
    "Thu",
    "2, 3",
  ])("does not let %p decide the wait", (value) => {
    expect(parseRetryAfter(value, nowMs)).toBeUndefined();
  });
});

describe("the pause before another attempt", () => {
  const pause = (attempt: number, random: number, retryAfter?: string) =>
    retryDelayMs({ attempt, retryAfter, nowMs, random: () => random });

  it("doubles, with its upper half left to chance", () => {
    expect(pause(1, 0)).toBe(125);
    expect(pause(1, 0.999)).toBeCloseTo(249.875, 3);
    expect(pause(2, 0)).toBe(250);
    expect(pause(2, 0.5)).toBe(375);
  });

  it("is as long as the gateway asks, and never shorter than its own back-off", () => {
    expect(pause(1, 0.5, "4")).toBe(4_000);
    expect(pause(2, 0.5, "0")).toBe(375);
    expect(pause(2, 0.5, "nonsense")).toBe(375);
  });
});
