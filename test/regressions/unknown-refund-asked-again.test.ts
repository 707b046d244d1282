import { afterEach, describe, expect, it } from "@jest/globals";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
afterEach(() => host.close());

describe("a refund without an id of its own, whose answer never came", () => {
  it("stays unknown when it is asked for again while the gateway cannot be read", async () => {
    host = await startPluginHost();
    const link = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
    const paymentRequestId = link.port === "success" ? String(link.output.paymentRequestId) : "";
    const { id } = host.simulator.control.pay({ paymentRequestId, outcome: "success" });
    await host.event(({ status }) => status === "Completed");
    const reason = { issueType: "QFL", description: "Product is not good" };
    host.simulator.control.faults({ kind: "reset", method: "POST", path: "/v2/payments/*" });
    expect(await host.run("create-refund", { paymentId: id, ...reason })).toMatchObject({ port: "unknown" });
    host.simulator.control.faults({ kind: "status", method: "GET", path: "/v2/*", status: 400, body: {}, count: 0 });
    for (const paymentId of [id, paymentRequestId]) {
      const again = await host.run("create-refund", { paymentId, ...reason });
      expect(again).toMatchObject({ port: "unknown", error: { code: "refund_unknown", outcome: "unknown" } });
    }
    expect(host.simulator.ledger().refunds).toHaveLength(1);
  });
});
