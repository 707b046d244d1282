import { Type } from "@sinclair/typebox";
import { StringEnum } from "./string-enum.ts";

/** The six statuses that flows see, in the words of the product. */
export const paymentStatuses = ["Pending", "Processing", "Completed", "Failed", "Refunded", "Cancelled"] as const;

export const PaymentStatus = StringEnum(paymentStatuses, {
  title: "Status",
  description:
    "Where the payment stands. Completed is only said after Instamojo confirmed it; Failed means one attempt failed and the link can still be paid.",
  examples: ["Completed"],
});
export type PaymentStatus = (typeof paymentStatuses)[number];

/** Which world the account stands in; derived from its base URL. */
export const environments = ["test", "live", "local"] as const;
export type EnvironmentName = (typeof environments)[number];

/** Fields that every output and event carries. */
export const accountField = Type.String({
  title: "Account",
  description: "Name of the Instamojo account that was used.",
  examples: ["shop"],
});

export const environmentField = StringEnum(environments, {
  title: "World",
  description: "test: no real money. live: real money. local: the local Instamojo of this package.",
  examples: ["test"],
});

export const paymentRequestIdField = Type.String({
  title: "Payment request id",
  description: "Instamojo's id of the payment link, 32 hex digits.",
  examples: ["05f317448ad84649aa1a9c7328edb015"],
});

export const paymentIdField = Type.String({
  title: "Payment id",
  description: "Instamojo's id of the payment, MOJO and 16 letters or digits.",
  examples: ["MOJO5c04000J30502939"],
});

export const linkField = Type.String({
  title: "Link",
  description: "Address of the payment page, to send to the customer.",
  examples: ["https://www.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015"],
});

export const currencyField = Type.Literal("INR", {
  title: "Currency",
  description: "Always INR; Instamojo knows no other.",
  examples: ["INR"],
});

export const referenceOutputField = Type.Union([Type.String(), Type.Null()], {
  title: "Reference",
  description: "The order number that the flow gave when it made the link, or null.",
  examples: ["order-1042"],
});

export const purposeOutputField = Type.Union([Type.String(), Type.Null()], {
  title: "Purpose",
  description: "What the payment is for, as the customer sees it.",
  examples: ["Iphone"],
});

/** Who pays, as far as known. Personal data. */
export const Customer = Type.Object(
  {
    name: Type.Union([Type.String(), Type.Null()], {
      title: "Name",
      description: "Name of the payer.",
      examples: ["John"],
    }),
    email: Type.Union([Type.String(), Type.Null()], {
      title: "E-mail",
      description: "E-mail of the payer.",
      examples: ["John@test.com"],
    }),
    mobileNumber: Type.Union([Type.String(), Type.Null()], {
      title: "Mobile number",
      description: "Mobile number of the payer with country code.",
      examples: ["+919999999999"],
    }),
  },
  { title: "Customer", description: "Who pays, as far as known; personal data." },
);

export const replayedField = Type.Boolean({
  title: "Replayed",
  description: "true: this was done before under the same key; nothing was sent now.",
  examples: [false],
});

export const responseField = Type.Record(Type.String(), Type.Unknown(), {
  title: "Response",
  description: "Instamojo's reply, unchanged but for the masked query of webhook and the masked value of mac.",
});

/** An instant as ISO 8601 text in UTC. */
export function instantField(title: string, description: string) {
  return Type.String({ title, description, examples: ["2026-05-09T16:10:13.786Z"] });
}
