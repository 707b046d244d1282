import { afterEach, describe, expect, it } from "@jest/globals";
import { type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
const start = async (options: PluginHostOptions = {}) => {
  host = await startPluginHost({ ...options, host: { timeouts: { headersMs: 400, bodyMs: 400 }, ...options.host } });
};
afterEach(() => host.close());

const input = { amount: "200", purpose: "Iphone" };
const creates = () =>
  host.simulator.ledger().calls.filter(({ method, path }) => method === "POST" && path === "/v2/payment_requests/");
const made = () => host.simulator.ledger().paymentRequests;

async function make(values: Record<string, unknown> = input, key?: string) {
  const result = await host.run("generate-payment-link", values, key === undefined ? {} : { key });
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return result.output;
}

describe("a link under a key", () => {
  it("is made once however often and however parallel the same reference asks for it", async () => {
    await start();
    const asked = { ...input, reference: "order-1" };
    const outputs = await Promise.all(Array.from({ length: 20 }, () => make(asked)));
    expect(creates()).toHaveLength(1);
    expect(new Set(outputs.map(({ paymentRequestId }) => paymentRequestId)).size).toBe(1);
    expect(outputs.filter(({ replayed }) => replayed === false)).toHaveLength(1);
  });

  it("is made once for a repeat under the host's default key, and once more for another key", async () => {
    await start();
    const first = await make(input, "run-1");
    expect(await make(input, "run-1")).toMatchObject({ paymentRequestId: first.paymentRequestId, replayed: true });
    expect(await make(input, "run-2")).toMatchObject({ replayed: false });
    expect(creates()).toHaveLength(2);
  });

  it("is an operation of its own on each run without key and reference", async () => {
    await start();
    await make();
    await make();
    expect(made()).toHaveLength(2);
  });

  it("refuses the same reference with another amount, and names the field", async () => {
    await start();
    await make({ ...input, reference: "order-1" });
    const result = await host.run("generate-payment-link", { ...input, amount: "300", reference: "order-1" });
    expect(result).toMatchObject({
      port: "error",
      error: { code: "operation_key_reused", message: expect.stringContaining("amount"), outcome: "not-applied" },
    });
    expect(creates()).toHaveLength(1);
  });

  it("gives the paid link back for its reference, and a new link for a default key", async () => {
    await start();
    const byReference = await make({ ...input, reference: "order-1" });
    const byKey = await make(input, "run-1");
    for (const { paymentRequestId } of [byReference, byKey]) {
      host.simulator.control.pay({ paymentRequestId: String(paymentRequestId), outcome: "success" });
      await host.event((event) => event.status === "Completed" && event.paymentRequestId === paymentRequestId);
    }
    expect(await make({ ...input, reference: "order-1" })).toMatchObject({
      paymentRequestId: byReference.paymentRequestId,
      replayed: true,
      status: "Completed",
    });
    expect((await make(input, "run-1")).paymentRequestId).not.toBe(byKey.paymentRequestId);
  });

  it("is free again after the gateway refused it", async () => {
    await start();
    const path = "/v2/payment_requests/";
    host.simulator.control.faults({ kind: "status", method: "POST", path, status: 400, body: { purpose: ["Bad."] } });
    const refused = await host.run("generate-payment-link", { ...input, reference: "order-1" });
    expect(refused).toMatchObject({ port: "error", error: { code: "gateway_refused", outcome: "not-applied" } });
    expect(await make({ ...input, reference: "order-1" })).toMatchObject({ replayed: false });
    expect(made()).toHaveLength(1);
  });
});

describe("a link whose answer never came", () => {
  it("leaves as unknown and is found again by its tag when the node runs again", async () => {
    await start();
    host.simulator.control.faults({ kind: "reset", method: "POST", path: "/v2/payment_requests/" });
    const lost = await host.run("generate-payment-link", { ...input, reference: "order-1" });
    expect(lost).toMatchObject({
      port: "error",
      error: { code: "outcome_unknown", outcome: "unknown", retryable: true },
    });
    const found = await make({ ...input, reference: "order-1" });
    expect(found).toMatchObject({ paymentRequestId: made()[0]?.id, replayed: true });
    expect(made()).toHaveLength(1);
  });

  it("is replaced when the gateway does not have it", async () => {
    await start();
    host.simulator.control.faults({ kind: "silent", method: "POST", path: "/v2/payment_requests/", isApplied: false });
    const lost = await host.run("generate-payment-link", input, { key: "run-1" });
    expect(lost).toMatchObject({ port: "error", error: { outcome: "unknown" } });
    await make(input, "run-1");
    expect(made()).toHaveLength(1);
  });

  it("stays unknown while the gateway cannot be asked", async () => {
    await start();
    const path = "/v2/payment_requests/";
    host.simulator.control.faults({ kind: "reset", method: "POST", path });
    await host.run("generate-payment-link", input, { key: "run-1" });
    host.simulator.control.faults({ kind: "status", method: "GET", path, status: 400, body: {}, count: 0 });
    const again = await host.run("generate-payment-link", input, { key: "run-1" });
    expect(again).toMatchObject({ port: "error", error: { code: "outcome_unknown", outcome: "unknown" } });
  });

  it("still starts the flow when it is paid although nobody ran the node again", async () => {
    await start();
    host.simulator.control.faults({ kind: "reset", method: "POST", path: "/v2/payment_requests/" });
    const correlation = { conversation: "c-7" };
    await host.run("generate-payment-link", input, { key: "run-1", correlation });
    host.simulator.control.pay({ paymentRequestId: String(made()[0]?.id), outcome: "success" });
    expect(await host.event(({ status }) => status === "Completed")).toMatchObject({ correlation, amount: "200.00" });
  });

  it("is unknown when the reply names another amount or a link on another host", async () => {
    await start();
    const reply = {
      id: "05f317448ad84649aa1a9c7328edb015",
      amount: "200.00",
      purpose: "Iphone",
      status: "Pending",
      payments: [],
      longurl: "https://www.example.com/@foo/05f317448ad84649aa1a9c7328edb015",
    };
    const path = "/v2/payment_requests/";
    for (const body of [reply, { ...reply, amount: "20.00", longurl: `${host.simulator.url}/@foo/${reply.id}` }]) {
      host.simulator.control.faults({ kind: "status", method: "POST", path, status: 201, body });
      const result = await host.run("generate-payment-link", input);
      expect(result).toMatchObject({ port: "error", error: { code: "outcome_unknown", outcome: "unknown" } });
    }
  });
});

describe("what is sent for a link", () => {
  it("fills the callback in, sends phones with country code and always says whether repeats are allowed", async () => {
    await start();
    await make({ ...input, customerMobileNumber: 9999999999, customerEmail: "John@test.com", sendEmail: "True" });
    const [call] = creates();
    expect(call?.body).toMatchObject({
      amount: "200.00",
      phone: "+919999999999",
      send_email: "true",
      send_sms: "false",
      allow_repeated_payments: "false",
    });
    const webhook = new URL(String(call?.body["webhook"]));
    expect(webhook.origin + webhook.pathname).toBe(`${host.origin}/integrations/instamojo/shop`);
    expect(Buffer.from(webhook.searchParams.get("id") ?? "", "base64url")).toHaveLength(32);
    expect(webhook.searchParams.get("op")).toMatch(/^[0-9a-f]{32}$/);
  });

  it("never shows the callback token in the output", async () => {
    await start();
    const output = await make();
    const token = new URL(String(creates()[0]?.body["webhook"])).searchParams.get("id") as string;
    expect(JSON.stringify(output)).not.toContain(token);
    expect(output.response).toMatchObject({ webhook: `${host.origin}/integrations/instamojo/shop?***` });
  });

  it("asks for no webhook where the gateway cannot reach us, and lets the tag ride in the author's return address", async () => {
    await start({ withWebhook: false });
    await make({ ...input, redirectUrl: "https://shop.example.com/thanks?a=1" });
    const body = creates()[0]?.body ?? {};
    expect(body).not.toHaveProperty("webhook");
    expect(body["redirect_url"]).toMatch(/^https:\/\/shop\.example\.com\/thanks\?a=1&op=[0-9a-f]{32}$/);
  });

  it("refuses a callback on a foreign origin before anything is sent, and names the setting", async () => {
    await start();
    const result = await host.run("generate-payment-link", {
      ...input,
      statusCallbackUrl: "https://evil.example.com/x",
    });
    expect(result).toMatchObject({
      port: "error",
      error: { code: "invalid_input", fieldErrors: [{ field: "statusCallbackUrl" }] },
    });
    expect(JSON.stringify(result)).toContain("callbackOrigins");
    expect(host.simulator.ledger().calls).toHaveLength(0);
  });

  it("refuses a conversation that is no small plain JSON", async () => {
    await start();
    for (const correlation of ["x".repeat(5000), () => 1]) {
      const result = await host.run("generate-payment-link", input, { correlation });
      expect(result).toMatchObject({ port: "error", error: { fieldErrors: [{ field: "correlation" }] } });
    }
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(await host.run("generate-payment-link", input, { correlation: circle })).toMatchObject({ port: "error" });
    expect(host.simulator.ledger().calls).toHaveLength(0);
  });

  it("is refused for an account that is not there, never sent with another one", async () => {
    await start();
    const result = await host.run("generate-payment-link", input, { account: "other" });
    expect(result).toMatchObject({ port: "error", error: { code: "account_unknown" } });
    expect(host.simulator.ledger().calls).toHaveLength(0);
  });
});
