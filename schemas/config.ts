import { type Static, Type } from "@sinclair/typebox";
import { Account, Tier } from "./account.ts";
import type { FormHints } from "./form.ts";
import { ApiKey, DeliveryTarget, ServeSettings } from "./http-settings.ts";

function limit(
  title: string,
  description: string,
  range: { readonly minimum: number; readonly maximum: number; readonly examples: number[] },
) {
  const form = { rule: `a whole number from ${range.minimum} to ${range.maximum}` } satisfies FormHints;
  return Type.Optional(Type.Integer({ title, description, ...range, form }));
}

/** The configuration file of the command line. Strings may name environment variables as ${NAME}. */
export const Config = Type.Object(
  {
    tier: Tier,
    publicUrl: Type.Optional(
      Type.String({
        title: "Public URL",
        description:
          "The https origin under which Instamojo reaches the webhook route. Without it the gateway is polled.",
        pattern: "^(?:https://[^/?#@\\s]+|http://(?:127\\.0\\.0\\.1|localhost|\\[::1\\])(?::[0-9]{1,5})?)/?$",
        examples: ["https://bot.example.com"],
        form: {
          rule: "an https origin without a path, like https://bot.example.com",
          remedy: "Leave it out where there is none; then the gateway is polled.",
        } satisfies FormHints,
      }),
    ),
    callbackOrigins: Type.Optional(
      Type.Array(Type.String({ pattern: "^https://[^/?#@]+$" }), {
        title: "Callback origins",
        description: "Further https origins that a typed status callback URL may name.",
        examples: [["https://hooks.example.com"]],
        form: { rule: "a list of https origins without a path, like https://hooks.example.com" } satisfies FormHints,
      }),
    ),
    maxAccounts: Type.Optional(
      Type.Integer({
        title: "Most accounts",
        description: "How many accounts may be added; 5 unless set.",
        minimum: 1,
        maximum: 100,
        examples: [5],
      }),
    ),
    store: Type.String({
      title: "Store",
      description:
        "Where the ledger lives: sqlite: and a file name, relative to the configuration file, or the address of a PostgreSQL database.",
      pattern: "^(?:sqlite:.+|postgres(?:ql)?://[^\\s]+)$",
      examples: ["sqlite:./ledger.db", "postgres://instamojo:${DATABASE_PASSWORD}@127.0.0.1:5432/payments"],
      form: {
        rule: "sqlite: and a file name, like sqlite:./ledger.db, or postgres: and the address of a database",
        remedy: "Name a file that this program may create, relative to the configuration file, or a database.",
      } satisfies FormHints,
    }),
    limits: Type.Optional(
      Type.Object(
        {
          linksPerConversation: limit("Links per conversation", "Links that one conversation may get; 20 unless set.", {
            minimum: 1,
            maximum: 100_000,
            examples: [20],
          }),
          messagesPerConversation: limit(
            "Messages per conversation",
            "Mails and SMS together that Instamojo is asked to send for one conversation; 5 unless set.",
            { minimum: 0, maximum: 100_000, examples: [5] },
          ),
          windowMinutes: limit("Window (minutes)", "In how many minutes; 60 unless set. The window slides.", {
            minimum: 1,
            maximum: 10_080,
            examples: [60],
          }),
        },
        {
          additionalProperties: false,
          title: "Limits",
          description: "How much one conversation may ask for in a while. A run without a conversation has no limit.",
        },
      ),
    ),
    retentionDays: Type.Optional(
      Type.Integer({
        title: "Days to keep personal data",
        description:
          "How many days names, mails, phones and conversations are kept after the last event of a payment; 180 unless set.",
        minimum: 1,
        maximum: 3650,
        examples: [180],
        form: { rule: "a whole number of days from 1 to 3650" } satisfies FormHints,
      }),
    ),
    accounts: Type.Array(Account, {
      title: "Accounts",
      description: "In the order of adding; the first is the default choice.",
      form: { rule: "a list of accounts" } satisfies FormHints,
    }),
    deliver: Type.Optional(
      Type.Array(DeliveryTarget, {
        title: "Delivery targets",
        description: "Where the HTTP host sends events.",
        form: { rule: "a list of delivery targets" } satisfies FormHints,
      }),
    ),
    apiKeys: Type.Optional(
      Type.Array(ApiKey, {
        title: "API keys",
        description: "Who may call the HTTP host.",
        form: { rule: "a list of API keys" } satisfies FormHints,
      }),
    ),
    serve: Type.Optional(ServeSettings),
  },
  { additionalProperties: false, title: "Configuration", description: "Configuration file of instamojo-flow." },
);
export type Config = Static<typeof Config>;
