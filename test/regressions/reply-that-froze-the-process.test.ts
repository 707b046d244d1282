import { describe, expect, it } from "@jest/globals";
import { idOfUrl } from "../../src/payments/payment-facts.ts";
import { gatewayAnswering, payment, paymentId, refusal } from "../helpers/client-fakes.ts";

describe("an address in a reply of the gateway that is as long as a reply may be", () => {
  // Each took more than half an hour when the time grew with the square of the length.
  it.each(["a", "?", "/"])("made of %p is no id, and soon known to be none", (letter) => {
    const started = performance.now();
    expect(idOfUrl(`${letter.repeat(1_000_000)}\n!`)).toBeNull();
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("a reply of the gateway that is nested deeper than can be copied", () => {
  const nested = (levels: number) => `${'{"a":['.repeat(levels / 2)}${"]}".repeat(levels / 2)}`;
  const reply = (levels: number) => ({
    status: 200,
    headers: {},
    body: JSON.stringify(payment).replace(/\}$/, `,"payout":${nested(levels)}}`),
  });

  it.each([110, 10_000, 500_000])("by %d levels cannot be read", async (levels) => {
    const { gateway } = gatewayAnswering([reply(levels)]);
    expect(await refusal(gateway.getPayment(paymentId))).toMatchObject({ code: "unreadable_reply" });
  });

  it("may be nested as deep as anybody would", async () => {
    const { gateway } = gatewayAnswering([reply(90)]);
    expect(await gateway.getPayment(paymentId)).toMatchObject({ id: paymentId });
  });
});
