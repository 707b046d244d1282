import { afterEach, describe, expect, it } from "@jest/globals";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
afterEach(() => host.close());

describe("a refund that the gateway has and the ledger, restored from a backup, has not", () => {
  it("is taken over under its id instead of being sent again", async () => {
    host = await startPluginHost({ simulator: { switches: { repeatedTransactionId: "second-case" } } });
    const link = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
    const paymentRequestId = link.port === "success" ? String(link.output.paymentRequestId) : "";
    const { id: paymentId } = host.simulator.control.pay({ paymentRequestId, outcome: "success" });
    await host.event(({ status }) => status === "Completed");
    const { access_token } = (await (
      await fetch(`${host.simulator.url}/oauth2/token/`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: "test_client",
          client_secret: "test_secret_value",
        }),
      })
    ).json()) as { access_token: string };
    await fetch(`${host.simulator.url}/v2/payments/${paymentId}/refund/`, {
      method: "POST",
      headers: { authorization: `Bearer ${access_token}` },
      body: new URLSearchParams({ type: "QFL", body: "before", refund_amount: "100", transaction_id: "r1" }),
    });
    const asked = { paymentId, uniqueTransactionId: "r1", issueType: "QFL", description: "Product is not good" };
    expect(await host.run("create-refund", { ...asked, refundAmount: "50" })).toMatchObject({
      port: "error",
      error: { code: "transaction_id_reused" },
    });
    expect(await host.run("create-refund", { ...asked, refundAmount: "100" })).toMatchObject({
      port: "success",
      output: { replayed: true, amount: "100.00" },
    });
    expect(host.simulator.ledger().refunds).toHaveLength(1);
  });
});
