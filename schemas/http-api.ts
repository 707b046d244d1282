import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { environments, paymentStatuses } from "./payment-fields.ts";
import { StringEnum } from "./string-enum.ts";

/** What the HTTP host speaks besides the forms of the nodes. */

const Text = (title: string, description: string, examples: string[]) => Type.String({ title, description, examples });

/** The same or null, under the title and description of the schema itself. */
const Nullable = <T extends TSchema & { title?: string; description?: string }>(schema: T) =>
  Type.Union([schema, Type.Null()], { title: schema.title as string, description: schema.description as string });

/** The body of a run. The input is the form of the node; it is coerced and checked there. */
export const RunCall = Type.Object(
  {
    account: Type.String({
      title: "Account",
      description: "Name of the account to use.",
      minLength: 1,
      maxLength: 64,
      examples: ["shop"],
    }),
    input: Type.Record(Type.String(), Type.Unknown(), {
      title: "Input",
      description: 'The fields of the node\'s form. Numbers as text are read too: 200 and "200" are the same amount.',
    }),
    correlation: Type.Optional(
      Type.Unknown({
        title: "Correlation",
        description: "Anything that comes back with every event of the link, at most 4 kB of JSON.",
        examples: [{ conversation: "c-1" }],
      }),
    ),
  },
  { additionalProperties: false, title: "Run", description: "One run of a node." },
);
export type RunCall = Static<typeof RunCall>;

/** What the API refuses with. */
export const ApiRefusal = Type.Object(
  {
    error: Type.Object(
      {
        code: Text("Code", "What was refused, for programs.", ["unauthorized"]),
        message: Text("Message", "What was refused, in words.", ["An API key is needed."]),
        remedy: Text("Remedy", "What to do.", ["Send one as Authorization: Bearer <key>."]),
        requestId: Text("Request id", "Names this call; also in the header X-Request-Id.", ["req-1"]),
        fieldErrors: Type.Optional(
          Type.Array(Type.Record(Type.String(), Type.String()), {
            title: "Field errors",
            description: "The refused fields.",
          }),
        ),
      },
      { title: "Error", description: "The refusal." },
    ),
  },
  { title: "Refusal", description: "The call was malformed or not allowed; nothing was done." },
);

const line = {
  id: Text("Id", "Names the payment request here.", ["1"]),
  paymentRequestId: Nullable(
    Text("Payment request id", "Instamojo's id of the payment link, or null.", ["05f317448ad84649aa1a9c7328edb015"]),
  ),
  account: Text("Account", "Name of the account.", ["shop"]),
  environment: StringEnum(environments, { title: "World", description: "test, live or local." }),
  reference: Nullable(Text("Reference", "The order number of the flow, or null.", ["order-42"])),
  purpose: Text("Purpose", "What the payment is for.", ["Yoga class"]),
  amount: Text("Amount", "Rupees with two places.", ["200.00"]),
  status: StringEnum(paymentStatuses, { title: "Status", description: "Where the payment stands." }),
  stage: Text("Stage", "Whether the link is there: asking, open, unknown or refused.", ["open"]),
  createdAt: Type.Integer({ title: "Created at", description: "Milliseconds since 1970." }),
};

export const PaymentPage = Type.Object(
  {
    payments: Type.Array(Type.Object(line), { title: "Payments", description: "The newest first." }),
    before: Nullable(Type.Integer({ title: "Before", description: "Where the next page starts, or null at the end." })),
  },
  { title: "Payments", description: "Payments that fit." },
);

export const PaymentStory = Type.Object(
  {
    ...line,
    link: Nullable(
      Text("Link", "Address of the payment page, or null.", [
        "https://www.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015",
      ]),
    ),
    customer: Type.Record(Type.String(), Type.Unknown(), { title: "Customer", description: "Who pays, masked." }),
    isMasked: Type.Boolean({ title: "Masked", description: "Whether names, mails and phones are masked." }),
    verdict: Type.Object(
      {
        tone: Text("Tone", "good, bad, waiting or plain.", ["good"]),
        text: Text("Text", "How it stands, in a sentence.", ["Paid."]),
      },
      { title: "Verdict", description: "How it stands." },
    ),
    payments: Type.Array(
      Type.Object({
        paymentId: Text("Payment id", "MOJO…", ["MOJO5c04000J30502939"]),
        state: Text("State", "open, or how the attempt ended.", ["paid"]),
        amount: Text("Amount", "Rupees with two places.", ["200.00"]),
      }),
      { title: "Attempts", description: "The attempts to pay." },
    ),
    timeline: Type.Array(
      Type.Object({
        at: Type.Integer({ title: "At", description: "Milliseconds since 1970." }),
        tone: Text("Tone", "good, bad, waiting or plain.", ["good"]),
        title: Text("Title", "What happened.", ["Paid"]),
        detail: Text("Detail", "More of it.", ["₹200.00"]),
      }),
      { title: "Timeline", description: "What happened, the oldest first." },
    ),
    nextReadAt: Nullable(Type.Integer({ title: "Next read", description: "When Instamojo is asked again, or null." })),
  },
  { title: "Payment", description: "One payment from asked to delivered." },
);

export const Redelivered = Type.Object(
  {
    eventId: Text("Event id", "The event that is sent again.", ["evt_0d3c7a9e1f5b2468ace013579bdf0246"]),
    takers: Type.Array(Type.String(), { title: "Takers", description: "Who gets it; nobody while nobody wants it." }),
  },
  { title: "Redelivered", description: "The event is on its way once more." },
);
