import { type Static, Type } from "@sinclair/typebox";
import { Account, Tier } from "./account.ts";
import type { FormHints } from "./form.ts";

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
      description: "Where the ledger lives: sqlite: and a file name, relative to the configuration file.",
      pattern: "^sqlite:.+$",
      examples: ["sqlite:./ledger.db"],
      form: {
        rule: "sqlite: and a file name, like sqlite:./ledger.db",
        remedy: "Name a file that this program may create; it is relative to the configuration file.",
      } satisfies FormHints,
    }),
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
  },
  { additionalProperties: false, title: "Configuration", description: "Configuration file of instamojo-flow." },
);
export type Config = Static<typeof Config>;
