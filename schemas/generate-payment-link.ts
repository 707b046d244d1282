import { type Static, Type } from "@sinclair/typebox";
import { Amount, LinkAmount } from "./amount.ts";
import type { FormHints } from "./form.ts";
import { LinkMessage, languageField } from "./message.ts";
import {
  accountField,
  Customer,
  currencyField,
  environmentField,
  instantField,
  linkField,
  PaymentStatus,
  paymentRequestIdField,
  purposeOutputField,
  referenceOutputField,
  replayedField,
  responseField,
} from "./payment-fields.ts";

/** Text without the pipe, which the signature of webhooks cannot tell from a separator, and without control characters. */
const plainText = "^[^|\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$";
const plainTextRule = "text without | and without line breaks or other control characters";

export const GeneratePaymentLinkInput = Type.Object(
  {
    amount: LinkAmount(
      "Amount",
      "What the customer pays, in rupees. The minimum is 9, the maximum 200000. Example: 200",
    ),
    customerName: Type.Optional(
      Type.String({
        title: "Customer Name",
        description: "Name of the payer, at most 100 characters. Example: John",
        minLength: 1,
        maxLength: 100,
        pattern: plainText,
        examples: ["John"],
        form: { kind: "text", blank: "absent", placeholder: "John", rule: plainTextRule } satisfies FormHints,
      }),
    ),
    customerEmail: Type.Optional(
      Type.String({
        title: "Customer Email",
        description: "E-mail of the payer, at most 75 characters. Needed for Send Email. Example: John@test.com",
        maxLength: 75,
        pattern:
          "^[^\\s@|\\u0000-\\u001f\\u007f-\\u009f]+@[^\\s@|\\u0000-\\u001f\\u007f-\\u009f]+\\.[^\\s@|.\\u0000-\\u001f\\u007f-\\u009f]+$",
        examples: ["John@test.com"],
        form: {
          kind: "text",
          blank: "absent",
          placeholder: "John@test.com",
          rule: "an e-mail address",
          remedy: "Write it like John@test.com.",
        } satisfies FormHints,
      }),
    ),
    customerMobileNumber: Type.Optional(
      Type.String({
        title: "Customer Mobile Number",
        description:
          "Mobile number of the payer: ten digits for India, or + and the country code. Needed for Send SMS. Example: 9999999999",
        pattern: "^(?:[0-9]{10}|\\+[1-9][0-9]{7,14})$",
        examples: ["9999999999"],
        form: {
          kind: "phone",
          blank: "absent",
          placeholder: "9999999999",
          rule: "ten digits, or + with country code and number",
          remedy: "Write it like 9999999999 or +919999999999, without spaces.",
        } satisfies FormHints,
      }),
    ),
    purpose: Type.String({
      title: "Purpose",
      description:
        "What the payment is for; the customer sees it. At most 255 characters, best under 30. Example: Iphone",
      minLength: 1,
      maxLength: 255,
      pattern: plainText,
      examples: ["Iphone"],
      form: { kind: "text", placeholder: "Iphone", rule: plainTextRule } satisfies FormHints,
    }),
    sendEmail: Type.Boolean({
      title: "Send Email",
      description: "Instamojo mails the link to the customer. Needs Customer Email.",
      default: false,
      examples: [false],
    }),
    sendSms: Type.Boolean({
      title: "Send SMS",
      description: "Instamojo sends the link as an SMS. Needs Customer Mobile Number.",
      default: false,
      examples: [false],
    }),
    statusCallbackUrl: Type.Optional(
      Type.String({
        title: "Status callback URL",
        description:
          "Where Instamojo reports payments. Leave it empty: it is filled in for you. A typed one must be https and on this installation's own address, or on one listed in callbackOrigins.",
        maxLength: 1000,
        examples: ["https://bot.example.com/integrations/instamojo/shop"],
        form: { kind: "url", blank: "absent", advanced: true, placeholder: "filled in for you" } satisfies FormHints,
      }),
    ),
    reference: Type.Optional(
      Type.String({
        title: "Reference",
        description:
          "Your order number, at most 64 characters. Never sent to Instamojo; comes back in every output and event. The same reference gives the same link back instead of a second one. Example: order-1042",
        minLength: 1,
        maxLength: 64,
        pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$",
        examples: ["order-1042"],
        form: {
          kind: "text",
          advanced: true,
          placeholder: "order-1042",
          rule: "text without line breaks or other control characters",
          remedy: "Give the order number, or leave the field out.",
        } satisfies FormHints,
      }),
    ),
    redirectUrl: Type.Optional(
      Type.String({
        title: "Redirect URL",
        description:
          "Where the customer's browser goes after paying. Leave it empty for a page that says: you can go back to the chat.",
        maxLength: 1000,
        examples: ["https://shop.example.com/thanks"],
        form: {
          kind: "url",
          blank: "absent",
          advanced: true,
          placeholder: "a page that leads back to the chat",
        } satisfies FormHints,
      }),
    ),
    expiresAfter: Type.Optional(
      Type.Integer({
        title: "Expires after (minutes)",
        description: "Minutes after which the link is closed if it was not paid. Leave it empty for never. Example: 30",
        minimum: 1,
        maximum: 525_600,
        examples: [30],
        form: { blank: "absent", advanced: true, placeholder: "never" } satisfies FormHints,
      }),
    ),
    allowRepeatedPayments: Type.Boolean({
      title: "Allow repeated payments",
      description: "The same link can be paid more than once.",
      default: false,
      examples: [false],
      form: { advanced: true } satisfies FormHints,
    }),
    language: languageField,
  },
  {
    additionalProperties: false,
    title: "Generate payment link",
    description: "What to ask the customer for.",
    allOf: [
      {
        if: { properties: { sendEmail: { const: true } }, required: ["sendEmail"] },
        // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
        then: { required: ["customerEmail"] },
      },
      {
        if: { properties: { sendSms: { const: true } }, required: ["sendSms"] },
        // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
        then: { required: ["customerMobileNumber"] },
      },
    ],
  },
);
export type GeneratePaymentLinkInput = Static<typeof GeneratePaymentLinkInput>;

export const GeneratePaymentLinkOutput = Type.Object(
  {
    account: accountField,
    environment: environmentField,
    paymentRequestId: paymentRequestIdField,
    link: linkField,
    message: LinkMessage,
    amount: Amount("Amount", "What the customer is asked for, in rupees."),
    currency: currencyField,
    purpose: purposeOutputField,
    status: PaymentStatus,
    reference: referenceOutputField,
    customer: Customer,
    replayed: replayedField,
    createdAt: instantField("Created at", "When Instamojo made the link."),
    expiresAt: Type.Union([Type.String(), Type.Null()], {
      title: "Expires at",
      description: "When the link is closed if it was not paid, or null for never.",
      examples: ["2026-05-09T16:40:13.786Z"],
    }),
    response: responseField,
  },
  { title: "Payment link", description: "The link that was made." },
);
export type GeneratePaymentLinkOutput = Static<typeof GeneratePaymentLinkOutput>;
