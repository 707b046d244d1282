import { describe, expect, it } from "@jest/globals";
import { oneLine, readGatewayWords } from "../../src/client/gateway-words.ts";

describe("the gateway's words", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["a message", { success: false, message: "Not found." }, "Not found."],
    ["a message before all else", { message: "one", error_description: "two", error: "three", reason: "four" }, "one"],
    [
      "an OAuth description before its code",
      { error: "invalid_client", error_description: "Unknown client" },
      "Unknown client",
    ],
    ["an OAuth code", { error: "invalid_client" }, "invalid_client"],
    ["a refund's reason", { success: false, reason: "Already refunded" }, "Already refunded"],
    ["a list of errors", { errors: ["Order matching query does not exist."] }, "Order matching query does not exist."],
    ["an unknown form, flattened", { success: false, code: "E1", more: { text: "Sorry" } }, "more: Sorry"],
    ["loose texts, flattened", { success: true, one: "First.", two: "Second.", n: 3 }, "First. Second."],
    ["a blank message passed over", { message: "  ", reason: "because" }, "because"],
  ])("are read from %s", (_name, body, expected) => {
    expect(readGatewayWords(body).message).toBe(expected);
  });

  it("are absent where the body says nothing", () => {
    expect(readGatewayWords({ success: false })).toEqual({ fieldErrors: [] });
    expect(readGatewayWords({})).toEqual({ fieldErrors: [] });
    expect(readGatewayWords({ amount: [] })).toEqual({ fieldErrors: [] });
    expect(readGatewayWords({ message: null, amount: null })).toEqual({ fieldErrors: [] });
  });

  it.each([
    ["amount", "amount"],
    ["buyer_name", "customerName"],
    ["email", "customerEmail"],
    ["phone", "customerMobileNumber"],
    ["purpose", "purpose"],
    ["redirect_url", "redirectUrl"],
    ["webhook", "statusCallbackUrl"],
    ["send_email", "sendEmail"],
    ["send_sms", "sendSms"],
    ["allow_repeated_payments", "allowRepeatedPayments"],
    ["refund_amount", "refundAmount"],
    ["transaction_id", "uniqueTransactionId"],
    ["type", "issueType"],
    ["body", "description"],
    ["payment_id", "paymentId"],
  ])("about the wire field %s are about the form field %s", (wire, field) => {
    const words = readGatewayWords({ [wire]: ["This field is required."] });
    expect(words.message).toBe(`${field}: This field is required.`);
    expect(words.fieldErrors).toEqual([
      {
        field,
        rule: "gateway",
        message: "This field is required.",
        remedy: `Correct ${field}, then run the node again.`,
      },
    ]);
  });

  it.each([
    ["v2", { amount: ["Too small."], phone: ["Bad.", "Worse."] }],
    ["v1.1", { success: false, message: { amount: ["Too small."], phone: ["Bad.", "Worse."] } }],
    [
      "v1.1 nested deeper",
      { success: false, message: { amount: [["Too small."]], phone: [["Bad."], { x: "Worse." }] } },
    ],
  ])("about several fields are read from %s bodies", (_name, body) => {
    const words = readGatewayWords(body);
    expect(words.message).toBe("amount: Too small. customerMobileNumber: Bad. Worse.");
    expect(words.fieldErrors.map(({ field, message }) => [field, message])).toEqual([
      ["amount", "Too small."],
      ["customerMobileNumber", "Bad. Worse."],
    ]);
  });

  it("about a field that the form does not have, or about the whole, belong to no field", () => {
    const words = readGatewayWords({
      currency: ["Only INR."],
      non_field_errors: ["Try again."],
      constructor: ["Odd."],
    });
    expect(words.fieldErrors.map(({ field, message }) => [field, message])).toEqual([
      ["", "currency: Only INR."],
      ["", "Try again."],
      ["", "constructor: Odd."],
    ]);
    expect(words.fieldErrors[0]?.remedy).toBe("Correct what Instamojo names, then run the node again.");
    expect(words.message).toBe("currency: Only INR. Try again. constructor: Odd.");
  });

  it("stay short, however much there is", () => {
    const flood = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, ["x".repeat(1000)]]));
    const words = readGatewayWords(flood);
    expect(words.fieldErrors).toHaveLength(20);
    expect(words.message).toHaveLength(300);
    expect(words.fieldErrors.every((error) => error.message.length <= 300)).toBe(true);
    const deep = JSON.parse(`{"amount":${"[".repeat(5000)}"end"${"]".repeat(5000)}}`) as Record<string, unknown>;
    expect(readGatewayWords(deep)).toEqual({ fieldErrors: [] });
  });
});

describe("a line of the gateway's text", () => {
  it.each([
    ["a\r\nb\tc\u0000d\u001b[31me", "a b c d [31me"],
    ["a\u2028b\u2029c\u202ed\u2066e\u0085f", "a b c d e f"],
    ["  क्‍ष ₹9.00  ", "क्‍ष ₹9.00"],
    ["", ""],
  ])("%j becomes %j", (text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });

  it("is cut at 300 characters and never through a character", () => {
    expect(oneLine("x".repeat(300))).toBe("x".repeat(300));
    expect(oneLine("x".repeat(301))).toBe(`${"x".repeat(299)}…`);
    expect(oneLine(`${"x".repeat(298)}😀😀`)).toBe(`${"x".repeat(298)}…`);
  });
});
