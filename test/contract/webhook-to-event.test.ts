import { afterEach, describe, expect, it } from "@jest/globals";
import { type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
const start = async (options: PluginHostOptions = {}) => {
  host = await startPluginHost(options);
};
afterEach(() => host.close());

const iphone = { amount: "200", purpose: "Iphone", customerName: "John", customerMobileNumber: "9999999999" };

async function link(input: Record<string, unknown> = iphone, extra = {}): Promise<string> {
  const result = await host.run("generate-payment-link", input, extra);
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return String(result.output.paymentRequestId);
}

describe("from a webhook to an event", () => {
  it.each([
    ["with a webhook", true],
    ["without any webhook, by reading the link", false],
  ])("tells Completed once the gateway confirms it, %s", async (_, withWebhook) => {
    await start({ withWebhook });
    const correlation = { conversation: "c-1", sender: "919999999999" };
    const paymentRequestId = await link({ ...iphone, reference: "order-1" }, { correlation });
    const payment = await host.simulator.control.pay({ paymentRequestId, outcome: "success" });
    const event = await host.event(({ status }) => status === "Completed");
    expect(event).toMatchObject({
      paymentRequestId,
      paymentId: payment.id,
      status: "Completed",
      reason: null,
      amount: "200.00",
      reference: "order-1",
      correlation,
      environment: "local",
      source: withWebhook ? "webhook" : "poll",
    });
  });

  it("tells a refund as requested, and as Refunded only when the case is concluded", async () => {
    await start({ simulator: { switches: { refundReviewSeconds: 3600 } } });
    const paymentRequestId = await link();
    await host.simulator.control.pay({ paymentRequestId, outcome: "success" });
    const { paymentId } = await host.event(({ status }) => status === "Completed");
    const refund = await host.run("create-refund", {
      paymentId,
      issueType: "QFL",
      description: "Product is not good",
    });
    expect(refund).toMatchObject({ port: "success", output: { state: "requested", amount: "200.00" } });
    await host.event(({ reason }) => reason === "refund-requested");
    expect(host.events.some(({ status }) => status === "Refunded")).toBe(false);
    await host.simulator.control.advanceClock(3601);
    const refunded = await host.event(({ status }) => status === "Refunded");
    expect(refunded).toMatchObject({ reason: "full", refund: { state: "refunded", refundedTotal: "200.00" } });
  });
});
