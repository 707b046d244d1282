import { expect, it } from "@jest/globals";
import { createGatewayTime } from "../../src/payments/gateway-time.ts";
import { manualClock } from "../helpers/manual-clock.ts";

it("a reply that took an odd number of milliseconds leaves a time that the ledger can hold", async () => {
  const clock = manualClock(Date.UTC(2026, 0, 1, 12));
  const time = createGatewayTime(clock);
  const transport = time.watch("shop", {
    send: async () => {
      await clock.advance(3);
      return { status: 200, headers: { date: "Thu, 01 Jan 2026 12:00:00 GMT" }, body: "" };
    },
    close: async () => {},
  });
  await transport.send({} as never);
  expect(time.isKnown("shop")).toBe(true);
  expect(Number.isInteger(time.now("shop"))).toBe(true);
});
