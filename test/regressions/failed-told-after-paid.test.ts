import { afterEach, describe, expect, it } from "@jest/globals";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
afterEach(() => host.close());

describe("a failed attempt that is seen only after the link was paid", () => {
  it.each([true, false])("is not told: with a webhook %p", async (withWebhook) => {
    host = await startPluginHost({ withWebhook });
    const link = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
    const paymentRequestId = link.port === "success" ? String(link.output.paymentRequestId) : "";
    host.simulator.control.pay({ paymentRequestId, outcome: "failure" });
    const { id } = host.simulator.control.pay({ paymentRequestId, outcome: "success" });
    await host.event(({ status }) => status === "Completed");
    const reads = () => host.simulator.ledger().calls.filter(({ path }) => path.startsWith("/v2/payments/"));
    const isFailedRead = () => reads().some(({ path, status }) => status === 200 && !path.includes(id));
    host.advance(120_000);
    while (!isFailedRead()) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(host.events.map(({ status }) => status)).toEqual(["Pending", "Completed"]);
  });
});
