import { afterEach, describe, expect, it } from "@jest/globals";
import { localCredentials, type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
afterEach(() => host.close());

describe("an account whose client id was wrong for a while", () => {
  it("goes on with its open links once it is put right", async () => {
    host = await startPluginHost({ withWebhook: false });
    const link = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
    const paymentRequestId = link.port === "success" ? String(link.output.paymentRequestId) : "";
    const [account] = host.accounts;
    host.accounts[0] = { ...account, clientId: "test_mistyped" } as typeof account & object;
    expect(await host.run("get-payment-status", { paymentRequestId })).toMatchObject({
      port: "error",
      error: { code: "credentials_refused" },
    });
    host.accounts[0] = { ...account, clientId: localCredentials.clientId } as typeof account & object;
    host.simulator.control.pay({ paymentRequestId, outcome: "success" });
    host.advance(60_000);
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({ paymentRequestId });
  });
});
