import { afterEach, describe, expect, it } from "@jest/globals";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
afterEach(() => host.close());

describe("a link that a webhook brings in while the node looks for it", () => {
  it("is not made a second time", async () => {
    host = await startPluginHost();
    const asked = { amount: "200", purpose: "Iphone", reference: "order-1" };
    const { faults, pay } = host.simulator.control;
    faults({ kind: "reset", method: "POST", path: "/v2/payment_requests/" });
    await host.run("generate-payment-link", asked);
    const emptyList = { count: 0, next: null, previous: null, payment_requests: [] };
    const list = { method: "GET", path: "/v2/payment_requests/", count: 0 } as const;
    faults({ kind: "status", status: 200, body: emptyList, delayMs: 1_500, ...list });
    const again = host.run("generate-payment-link", asked);
    const [made] = host.simulator.ledger().paymentRequests;
    pay({ paymentRequestId: String(made?.id), outcome: "success" });
    await host.event(({ status }) => status === "Completed");
    expect(await again).toMatchObject({ port: "success", output: { paymentRequestId: made?.id, replayed: true } });
    expect(host.simulator.ledger().paymentRequests).toHaveLength(1);
  });
});
