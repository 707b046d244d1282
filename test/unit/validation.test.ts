import { describe, expect, it } from "@jest/globals";
import { type TObject, Type } from "@sinclair/typebox";
import { CreateRefundInput } from "../../schemas/create-refund.ts";
import { GeneratePaymentLinkInput } from "../../schemas/generate-payment-link.ts";
import { GetPaymentStatusInput } from "../../schemas/get-payment-status.ts";
import { PaymentStatusFilter } from "../../schemas/payment-status.ts";
import { DisablePaymentLinkInput, EnablePaymentLinkInput } from "../../schemas/switch-link.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import { checkInput } from "../../src/runtime/validation.ts";

const validator = createAjvValidator();

/** The canonical input, or the refusals as `[field, message]`. */
function check(form: TObject, input: unknown): Record<string, unknown> | [string, string][] {
  const result = checkInput(form, input, validator);
  if (result.ok) return result.value;
  for (const error of result.errors) expect(error.remedy).toMatch(/\S\.$/);
  return result.errors.map((error): [string, string] => [error.field, error.message]);
}

const requestId = "05f317448ad84649aa1a9c7328edb015";
const paymentId = "MOJO5c04000J30502939";
const plain = "text without | and without line breaks or other control characters";

describe("the form of Generate payment link", () => {
  const good = { amount: "200", purpose: "Iphone" };
  const canonical = {
    amount: "200.00",
    purpose: "Iphone",
    sendEmail: false,
    sendSms: false,
    allowRepeatedPayments: false,
  };
  const submit = (fields: object) => check(GeneratePaymentLinkInput, { ...good, ...fields });

  it("takes amount and purpose alone and turns every switch off", () => {
    expect(submit({})).toEqual(canonical);
  });

  it.each<[object, object]>([
    [{ amount: 9 }, { amount: "9.00" }],
    [{ amount: "9.00" }, { amount: "9.00" }],
    [{ amount: "9.01" }, { amount: "9.01" }],
    [{ amount: "19.99" }, { amount: "19.99" }],
    [{ amount: 19.99 }, { amount: "19.99" }],
    [{ amount: "99999.99" }, { amount: "99999.99" }],
    [{ amount: "100000" }, { amount: "100000.00" }],
    [{ amount: "199999.99" }, { amount: "199999.99" }],
    [{ amount: "200000" }, { amount: "200000.00" }],
    [{ amount: 200000 }, { amount: "200000.00" }],
    [{ purpose: "  Ice cream  " }, { purpose: "Ice cream" }],
    [{ purpose: 42 }, { purpose: "42" }],
    [{ purpose: "आम का अचार ५ किलो" }, { purpose: "आम का अचार ५ किलो" }],
    [{ purpose: "p".repeat(255) }, { purpose: "p".repeat(255) }],
    [{ purpose: "🥭".repeat(255) }, { purpose: "🥭".repeat(255) }],
    [{ customerName: "John" }, { customerName: "John" }],
    [{ customerName: "n".repeat(100) }, { customerName: "n".repeat(100) }],
    [{ customerEmail: "John@test.com" }, { customerEmail: "John@test.com" }],
    [{ customerMobileNumber: "9999999999" }, { customerMobileNumber: "9999999999" }],
    [{ customerMobileNumber: 9999999999 }, { customerMobileNumber: "9999999999" }],
    [{ customerMobileNumber: "+919999999999" }, { customerMobileNumber: "+919999999999" }],
    [{ customerMobileNumber: "+14155550123" }, { customerMobileNumber: "+14155550123" }],
    [
      { sendEmail: "True", customerEmail: "John@test.com" },
      { sendEmail: true, customerEmail: "John@test.com" },
    ],
    [
      { sendSms: true, customerMobileNumber: "9999999999" },
      { sendSms: true, customerMobileNumber: "9999999999" },
    ],
    [{ sendEmail: "False", sendSms: "false" }, {}],
    [{ reference: "r".repeat(64) }, { reference: "r".repeat(64) }],
    [{ reference: 1042 }, { reference: "1042" }],
    [{ reference: "a|b" }, { reference: "a|b" }],
    [{ expiresAfter: 1 }, { expiresAfter: 1 }],
    [{ expiresAfter: "30" }, { expiresAfter: 30 }],
    [{ expiresAfter: 525_600 }, { expiresAfter: 525_600 }],
    [{ allowRepeatedPayments: "true" }, { allowRepeatedPayments: true }],
    [{ redirectUrl: "https://shop.example.com/thanks" }, { redirectUrl: "https://shop.example.com/thanks" }],
    [
      { statusCallbackUrl: "https://bot.example.com/hook?id=l%2B%2FD1yhpida7%3D" },
      { statusCallbackUrl: "https://bot.example.com/hook?id=l%2B%2FD1yhpida7%3D" },
    ],
  ])("accepts %j", (fields, expected) => {
    expect(submit(fields)).toEqual({ ...canonical, ...expected });
  });

  it.each([
    "customerName",
    "customerEmail",
    "customerMobileNumber",
    "statusCallbackUrl",
    "redirectUrl",
    "expiresAfter",
  ])("takes a blank %s for not given", (field) => {
    expect(submit({ [field]: "" })).toEqual(canonical);
    expect(submit({ [field]: null })).toEqual(canonical);
  });

  it.each<[object, string, string]>([
    [{ amount: "8.99" }, "amount", "Amount must be at least 9.00."],
    [{ amount: 5 }, "amount", "Amount must be at least 9.00."],
    [{ amount: "0" }, "amount", "Amount must be at least 9.00."],
    [{ amount: "200000.01" }, "amount", "Amount must be at most 200000.00."],
    [{ amount: 1_000_000 }, "amount", "Amount must be at most 200000.00."],
    [{ amount: "19.999" }, "amount", "Amount must be an amount with at most two decimals."],
    [{ amount: "" }, "amount", "Amount must be filled in; it came out empty."],
    [{ amount: null }, "amount", "Amount must be filled in; it came out empty."],
    ...["2,500", "1e3", "-200", "२००", "Rs 200", {}, [200], true].map((amount): [object, string, string] => [
      { amount },
      "amount",
      "Amount must be an amount in rupees from 9.00 to 200000.00, with at most two decimals.",
    ]),
    [{ purpose: "" }, "purpose", "Purpose must be filled in; it came out empty."],
    [{ purpose: null }, "purpose", "Purpose must be filled in; it came out empty."],
    [{ purpose: {} }, "purpose", "Purpose must be text, not an object."],
    [{ purpose: "p".repeat(256) }, "purpose", "Purpose must be at most 255 characters long."],
    ...["a|b", "a\nb", "a\tb", "a\u0000b", "a\u007fb", "a\u0085b", "a\u2028b"].map(
      (purpose): [object, string, string] => [{ purpose }, "purpose", `Purpose must be ${plain}.`],
    ),
    [{ customerName: "n".repeat(101) }, "customerName", "Customer Name must be at most 100 characters long."],
    [{ customerName: "a|b" }, "customerName", `Customer Name must be ${plain}.`],
    ...[
      "John",
      "John@test",
      "@test.com",
      "John@@test.com",
      "Jo hn@test.com",
      "John@te|st.com",
      "John@test.com\u0000x",
    ].map((customerEmail): [object, string, string] => [
      { customerEmail },
      "customerEmail",
      "Customer Email must be an e-mail address.",
    ]),
    [
      { customerEmail: `${"x".repeat(67)}@test.com` },
      "customerEmail",
      "Customer Email must be at most 75 characters long.",
    ],
    ...[
      "999999999",
      "99999999999",
      "919999999999",
      "+91 9999999999",
      "99999-99999",
      "+0999999999",
      "+123",
      "९९९९९९९९९९",
      "++919999999999",
      "phone",
    ].map((customerMobileNumber): [object, string, string] => [
      { customerMobileNumber },
      "customerMobileNumber",
      "Customer Mobile Number must be ten digits, or + with country code and number.",
    ]),
    [{ sendEmail: true }, "customerEmail", "Customer Email must be filled in when Send Email is on."],
    [
      { sendEmail: true, customerEmail: "" },
      "customerEmail",
      "Customer Email must be filled in when Send Email is on.",
    ],
    [{ sendSms: "True" }, "customerMobileNumber", "Customer Mobile Number must be filled in when Send SMS is on."],
    [{ sendEmail: 1 }, "sendEmail", "Send Email must be true or false."],
    [{ sendSms: "yes" }, "sendSms", "Send SMS must be true or false."],
    [{ reference: "r".repeat(65) }, "reference", "Reference must be at most 64 characters long."],
    [{ reference: "" }, "reference", "Reference must be filled in; it came out empty."],
    [{ reference: "a\nb" }, "reference", "Reference must be text without line breaks or other control characters."],
    [{ expiresAfter: 0 }, "expiresAfter", "Expires after (minutes) must be at least 1."],
    [{ expiresAfter: -1 }, "expiresAfter", "Expires after (minutes) must be at least 1."],
    [{ expiresAfter: 525_601 }, "expiresAfter", "Expires after (minutes) must be at most 525600."],
    [{ expiresAfter: 1.5 }, "expiresAfter", "Expires after (minutes) must be a whole number."],
    [{ expiresAfter: "soon" }, "expiresAfter", "Expires after (minutes) must be a whole number."],
    [{ allowRepeatedPayments: "maybe" }, "allowRepeatedPayments", "Allow repeated payments must be true or false."],
    [
      { redirectUrl: "javascript:alert(1)" },
      "redirectUrl",
      "Redirect URL must be an http or https address without spaces, | or a user name.",
    ],
    [
      { redirectUrl: `https://shop.example.com/${"x".repeat(1000)}` },
      "redirectUrl",
      "Redirect URL must be at most 1000 characters long.",
    ],
    [
      { statusCallbackUrl: "bot.example.com/hook" },
      "statusCallbackUrl",
      "Status callback URL must be an http or https address without spaces, | or a user name.",
    ],
    [{ amuont: "200" }, "amuont", "amuont must be a field of this form."],
    [{ constructor: "x" }, "constructor", "constructor must be a field of this form."],
    [JSON.parse('{"__proto__": {"amount": "9"}}'), "__proto__", "__proto__ must be a field of this form."],
  ])("refuses %j", (fields, field, message) => {
    // A literal spread keeps an own __proto__ out, so the fields are put together entry by entry.
    const entries = Object.entries({ ...good }).filter(([name]) => !Object.hasOwn(fields, name));
    expect(check(GeneratePaymentLinkInput, Object.fromEntries([...entries, ...Object.entries(fields)]))).toEqual([
      [field, message],
    ]);
  });

  it("asks for what is missing, in the order of the form", () => {
    expect(check(GeneratePaymentLinkInput, {})).toEqual([
      ["amount", "Amount must be filled in."],
      ["purpose", "Purpose must be filled in."],
    ]);
  });

  it("says one thing per field, in the order of the form, unknown fields last", () => {
    expect(
      check(GeneratePaymentLinkInput, {
        other: 1,
        sendSms: true,
        purpose: `|${"x".repeat(300)}`,
        amount: "",
        sendEmail: true,
      }),
    ).toEqual([
      ["amount", "Amount must be filled in; it came out empty."],
      ["customerEmail", "Customer Email must be filled in when Send Email is on."],
      ["customerMobileNumber", "Customer Mobile Number must be filled in when Send SMS is on."],
      ["purpose", "Purpose must be at most 255 characters long."],
      ["other", "other must be a field of this form."],
    ]);
  });

  it("says what to do about a switch that lacks its address", () => {
    const result = checkInput(GeneratePaymentLinkInput, { ...good, sendSms: true }, validator);
    expect(result).toEqual({
      ok: false,
      errors: [
        {
          field: "customerMobileNumber",
          rule: "filled in when Send SMS is on",
          message: "Customer Mobile Number must be filled in when Send SMS is on.",
          remedy: "Fill it in, or turn Send SMS off.",
        },
      ],
    });
  });
});

describe("the form of Create refund", () => {
  const good = { issueType: "QFL", description: "Product is not good", paymentId };
  const submit = (fields: object) => check(CreateRefundInput, { ...good, ...fields });

  it.each<[object, object]>([
    [{}, {}],
    [{ refundAmount: "200" }, { refundAmount: "200.00" }],
    [{ refundAmount: 0.01 }, { refundAmount: "0.01" }],
    [{ refundAmount: "0.10" }, { refundAmount: "0.10" }],
    [{ refundAmount: "200000" }, { refundAmount: "200000.00" }],
    [{ uniqueTransactionId: "C5c0751269" }, { uniqueTransactionId: "C5c0751269" }],
    [{ uniqueTransactionId: 17 }, { uniqueTransactionId: "17" }],
    [{ uniqueTransactionId: "x".repeat(64) }, { uniqueTransactionId: "x".repeat(64) }],
    [{ issueType: "qfl" }, { issueType: "QFL" }],
    [{ issueType: " Rfd " }, { issueType: "RFD" }],
    [{ paymentId: requestId }, { paymentId: requestId }],
    [{ description: "d".repeat(500) }, { description: "d".repeat(500) }],
  ])("accepts %j", (fields, expected) => {
    expect(submit(fields)).toEqual({ ...good, ...expected });
  });

  it.each(["RFD", "TNR", "QFL", "QNR", "EWN", "TAN", "PTH"])("accepts the issue type %s in any case", (code) => {
    expect(submit({ issueType: code.toLowerCase() })).toEqual({ ...good, issueType: code });
  });

  const paymentIdRule = "Payment Id must be a payment id (MOJO…) or a payment request id (32 hex digits).";
  it.each<[object, string, string]>([
    [{ refundAmount: "" }, "refundAmount", "Refund Amount must be filled in; it came out empty."],
    [{ refundAmount: null }, "refundAmount", "Refund Amount must be filled in; it came out empty."],
    [{ refundAmount: undefined }, "refundAmount", "Refund Amount must be filled in; it came out empty."],
    [{ refundAmount: 0 }, "refundAmount", "Refund Amount must be at least 0.01."],
    [{ refundAmount: "0.00" }, "refundAmount", "Refund Amount must be at least 0.01."],
    [{ refundAmount: "200000.01" }, "refundAmount", "Refund Amount must be at most 200000.00."],
    [{ refundAmount: "1.005" }, "refundAmount", "Refund Amount must be an amount with at most two decimals."],
    [
      { refundAmount: "-1" },
      "refundAmount",
      "Refund Amount must be an amount in rupees from 0.01 to 200000.00, with at most two decimals.",
    ],
    ...["a b", "x".repeat(65), "a/b", "a|b", "é"].map((uniqueTransactionId): [object, string, string] => [
      { uniqueTransactionId },
      "uniqueTransactionId",
      "Unique Transaction ID must be 1 to 64 letters, digits, - or _.",
    ]),
    [{ uniqueTransactionId: "" }, "uniqueTransactionId", "Unique Transaction ID must be filled in; it came out empty."],
    [{ issueType: "XYZ" }, "issueType", "Issue Type must be one of RFD, TNR, QFL, QNR, EWN, TAN, PTH."],
    [{ issueType: "" }, "issueType", "Issue Type must be filled in; it came out empty."],
    [{ description: "" }, "description", "Description must be filled in; it came out empty."],
    [{ description: "a|b" }, "description", `Description must be ${plain}.`],
    [{ description: "d".repeat(501) }, "description", "Description must be at most 500 characters long."],
    ...["MOJO", "mojo5c04000J30502939", "C5c0751269", requestId.toUpperCase(), requestId.slice(1), `${paymentId}|`].map(
      (id): [object, string, string] => [{ paymentId: id }, "paymentId", paymentIdRule],
    ),
    [{ paymentId: null }, "paymentId", "Payment Id must be filled in; it came out empty."],
    [{ amount: "200" }, "amount", "amount must be a field of this form."],
  ])("refuses %j", (fields, field, message) => {
    expect(submit(fields)).toEqual([[field, message]]);
  });

  it("asks for issue type, description and payment id", () => {
    expect(check(CreateRefundInput, {})).toEqual([
      ["issueType", "Issue Type must be filled in."],
      ["description", "Description must be filled in."],
      ["paymentId", "Payment Id must be filled in."],
    ]);
  });
});

describe("the form of Get payment status", () => {
  const link = `https://www.instamojo.com/@foo/${requestId}`;

  it.each<[object]>([
    [{ paymentRequestId: requestId }],
    [{ paymentId }],
    [{ link }],
    [{ link: `http://127.0.0.1:1881/@local/${requestId}/?embed=form` }],
  ])("accepts %j", (input) => {
    expect(check(GetPaymentStatusInput, input)).toEqual(input);
  });

  const exactlyOne = "Exactly one of Payment request id, Payment id, Link must be filled in.";
  it.each<[object, string, string]>([
    [{}, "", exactlyOne],
    [{ paymentRequestId: requestId, paymentId }, "", exactlyOne],
    [{ paymentRequestId: requestId, paymentId, link }, "", exactlyOne],
    [{ paymentId: "" }, "paymentId", "Payment id must be filled in; it came out empty."],
    [{ paymentRequestId: "MOJO1" }, "paymentRequestId", "Payment request id must be 32 hex digits."],
    [{ paymentId: requestId }, "paymentId", "Payment id must be MOJO and letters or digits."],
    [{ link: "https://imjo.in/abc" }, "link", "Link must be the address of a payment page, ending in 32 hex digits."],
    [{ link: `${link}?${"q".repeat(500)}` }, "link", "Link must be at most 500 characters long."],
  ])("refuses %j", (input, field, message) => {
    expect(check(GetPaymentStatusInput, input)).toEqual([[field, message]]);
  });
});

describe("the remedy of a refusal", () => {
  const remedyOf = (form: TObject, input: object, field: string) => {
    const result = checkInput(form, input, validator);
    return result.ok ? null : result.errors.find((error) => error.field === field)?.remedy;
  };

  it("says what to put into a field that is empty", () => {
    const link = GeneratePaymentLinkInput;
    expect(remedyOf(link, {}, "purpose")).toBe("Give it a value, for example Iphone.");
    expect(remedyOf(link, {}, "amount")).toBe("Write it like 200 or 199.50, without commas or a currency sign.");
    expect(remedyOf(CreateRefundInput, {}, "issueType")).toBe("Choose one of RFD, TNR, QFL, QNR, EWN, TAN, PTH.");
  });

  it("says what to give instead of a short address", () => {
    for (const form of [GetPaymentStatusInput, DisablePaymentLinkInput, EnablePaymentLinkInput]) {
      const remedy = remedyOf(form, { link: "https://imjo.in/NNxHg" }, "link");
      expect(remedy).toContain(
        "(imjo.in) does not say which link it is: give the long one, or the payment request id.",
      );
    }
  });
});

describe("the form of the Payment status event", () => {
  it("listens to every account and to the four statuses that matter, unless told otherwise", () => {
    expect(check(PaymentStatusFilter, {})).toEqual({
      accounts: [],
      statuses: ["Completed", "Failed", "Refunded", "Cancelled"],
      refundUpdates: false,
    });
  });

  it.each<[object, string]>([
    [{ statuses: [] }, "Statuses must be filled in."],
    [{ statuses: ["Paid"] }, "Statuses must be one of Pending, Processing, Completed, Failed, Refunded, Cancelled."],
    [{ statuses: ["Failed", "Failed"] }, "Statuses must be as the help of the field says."],
    [{ statuses: "Failed" }, "Statuses must be as the help of the field says."],
  ])("refuses %j", (input, message) => {
    expect(check(PaymentStatusFilter, input)).toEqual([["statuses", message]]);
  });
});

describe("a form whose fields have no title", () => {
  it("is spoken of by the keys of its fields", () => {
    const form = Type.Object({ minutes: Type.Integer() }, { additionalProperties: false });
    expect(check(form, {})).toEqual([["minutes", "minutes must be filled in."]]);
  });
});
