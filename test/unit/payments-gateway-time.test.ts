import { describe, expect, it } from "@jest/globals";
import type { TransportResponse } from "../../src/client/transport.ts";
import { createGatewayTime } from "../../src/payments/gateway-time.ts";
import { manualClock } from "../helpers/manual-clock.ts";

const noon = Date.UTC(2026, 0, 1, 12);

function start(headers: Record<string, string>, tookMs = 0) {
  const clock = manualClock(noon);
  const time = createGatewayTime(clock);
  let at = noon;
  const transport = time.watch("shop", {
    send: async (): Promise<TransportResponse> => {
      at += tookMs;
      await clock.advance(at - clock.now());
      return { status: 200, headers, body: "" };
    },
    close: async () => {},
  });
  return { clock, time, ask: () => transport.send({} as never) };
}

describe("the gateway's time", () => {
  it("is ours until a reply tells it, then runs on from there", async () => {
    const { clock, time, ask } = start({ date: "Thu, 01 Jan 2026 13:00:00 GMT" });
    expect(time.isKnown("shop")).toBe(false);
    expect(time.now("shop")).toBe(noon);
    await ask();
    expect(time.isKnown("shop")).toBe(true);
    expect(time.now("shop")).toBe(noon + 3_600_500);
    await clock.advance(10_000);
    expect(time.now("shop")).toBe(noon + 3_610_500);
    expect(time.now("store")).toBe(noon + 10_000);
  });

  it("was told half way between question and answer", async () => {
    const { time, ask } = start({ date: "Thu, 01 Jan 2026 12:00:00 GMT" }, 4_000);
    await ask();
    expect(time.now("shop")).toBe(noon + 500 + 2_000);
  });

  it.each<[string, Record<string, string>, number]>([
    ["no date", {}, 0],
    ["a date that is none", { date: "yesterday" }, 0],
    ["the date of a stored copy", { date: "Thu, 01 Jan 2026 11:00:00 GMT", age: "3600" }, 0],
    ["a date that took too long", { date: "Thu, 01 Jan 2026 13:00:00 GMT" }, 30_001],
  ])("is not learned from %s", async (_, headers, tookMs) => {
    const { time, ask } = start(headers, tookMs);
    await ask();
    expect(time.isKnown("shop")).toBe(false);
  });

  it("follows the latest reply", () => {
    const { time } = start({});
    time.observe("shop", noon + 5_000, noon);
    time.observe("shop", noon - 5_000, noon);
    expect(time.now("shop")).toBe(noon - 5_000);
  });
});
