import { type Static, Type } from "@sinclair/typebox";
import { Account, Tier } from "./account.ts";

/** The configuration file of the command line. Strings may name environment variables as ${NAME}. */
export const Config = Type.Object(
  {
    tier: Tier,
    publicUrl: Type.Optional(
      Type.String({
        title: "Public URL",
        description: "The https origin under which Instamojo reaches the webhook route. Without it the gateway is polled.",
        pattern: "^https?://[^/?#@]+/?$",
        examples: ["https://bot.example.com"],
      }),
    ),
    callbackOrigins: Type.Optional(
      Type.Array(Type.String({ pattern: "^https://[^/?#@]+$" }), {
        title: "Callback origins",
        description: "Further https origins that a typed status callback URL may name.",
        examples: [["https://hooks.example.com"]],
      }),
    ),
    maxAccounts: Type.Optional(
      Type.Integer({ title: "Most accounts", description: "How many accounts may be added; 5 unless set.", minimum: 1, maximum: 100, examples: [5] }),
    ),
    store: Type.String({
      title: "Store",
      description: "Where the ledger lives: sqlite: and a file name, relative to the configuration file.",
      pattern: "^sqlite:.+$",
      examples: ["sqlite:./ledger.db"],
    }),
    accounts: Type.Array(Account, { title: "Accounts", description: "In the order of adding; the first is the default choice." }),
  },
  { additionalProperties: false, title: "Configuration", description: "Configuration file of instamojo-flow." },
);
export type Config = Static<typeof Config>;
