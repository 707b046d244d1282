import { afterEach, describe, expect, it } from "@jest/globals";
import type { LinkMessage } from "../../schemas/message.ts";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
afterEach(() => host.close());

async function make(input: Record<string, unknown>) {
  const result = await host.run("generate-payment-link", { amount: "1499.5", purpose: "Yoga class", ...input });
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return result.output as { link: string; paymentRequestId: string; replayed: boolean; message: LinkMessage };
}

describe("the messages to send", () => {
  it("come with the link and with its events, in the language that the link was asked for in", async () => {
    host = await startPluginHost();
    const { link, paymentRequestId, message } = await make({ language: "hi" });
    expect(message.text).toBe(`कृपया Yoga class के लिए ₹1,499.50 का भुगतान करें। भुगतान का लिंक: ${link}`);
    expect(message.qr?.png).toMatch(/^data:image\/png;base64,/);
    host.simulator.control.pay({ paymentRequestId, outcome: "failure" });
    const failed = await host.event(({ status }) => status === "Failed");
    expect(failed.message).toEqual({
      language: "hi",
      text: `Yoga class के लिए ₹1,499.50 का आपका भुगतान नहीं हो पाया। आप यहाँ दोबारा कोशिश कर सकते हैं: ${link}`,
    });
    const { id: paymentId } = host.simulator.control.pay({ paymentRequestId, outcome: "success" });
    const paid = await host.event(({ status }) => status === "Completed");
    expect(paid.message.text).toBe(
      `हमें Yoga class के लिए ₹1,499.50 का आपका भुगतान मिल गया है। धन्यवाद! पेमेंट आईडी: ${paymentId}`,
    );
    await host.run("create-refund", { paymentId, refundAmount: "499.5", issueType: "QFL", description: "Too early" });
    const refunded = await host.event(({ status }) => status === "Refunded");
    expect(refunded.message.text).toContain("हमने Yoga class के लिए ₹499.50 वापस कर दिए हैं।");
  });

  it("are English without a language, and for a blank one", async () => {
    host = await startPluginHost();
    for (const input of [{}, { language: "" }, { language: null }, { language: "EN" }]) {
      const { message } = await make(input);
      expect([message.language, message.whatsapp.body]).toEqual(["en", "Please pay ₹1,499.50 for Yoga class."]);
    }
  });

  it("refuse a language that is not there, before anything is sent", async () => {
    host = await startPluginHost();
    const result = await host.run("generate-payment-link", { amount: "9", purpose: "Tea", language: "ta" });
    expect(result).toMatchObject({
      port: "error",
      error: {
        code: "invalid_input",
        fieldErrors: [{ field: "language", remedy: "Choose en or hi, or leave it empty for English." }],
      },
    });
    expect(host.simulator.ledger().calls).toEqual([]);
  });

  it("never make another link of one that is asked for again in another language", async () => {
    host = await startPluginHost();
    const first = await make({ reference: "order-1" });
    const again = await make({ reference: "order-1", language: "hi" });
    expect(again).toMatchObject({ paymentRequestId: first.paymentRequestId, replayed: true });
    expect(again.message).toEqual(first.message);
    expect(host.simulator.ledger().paymentRequests).toHaveLength(1);
  });

  it("tell Instamojo nothing of the language", async () => {
    host = await startPluginHost();
    await make({ language: "hi" });
    const create = host.simulator.ledger().calls.find(({ path, method }) => method === "POST" && /requests/.test(path));
    expect(Object.keys(create?.body as object)).not.toContain("language");
  });
});
