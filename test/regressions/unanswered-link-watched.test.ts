import { afterEach, describe, expect, it } from "@jest/globals";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
afterEach(() => host.close());

describe("a link that was made and never answered", () => {
  it("is found by its tag and told as paid, though no webhook comes and nobody runs the node again", async () => {
    host = await startPluginHost({ withWebhook: false });
    host.simulator.control.faults({ kind: "reset", method: "POST", path: "/v2/payment_requests/" });
    const correlation = { conversation: "c-1" };
    const lost = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" }, { correlation });
    expect(lost).toMatchObject({ port: "error", error: { outcome: "unknown" } });
    const [made] = host.simulator.ledger().paymentRequests;
    host.simulator.control.pay({ paymentRequestId: String(made?.id), outcome: "success" });
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({ correlation });
  });
});
