import { type Static, Type } from "@sinclair/typebox";
import type { FormHints } from "./form.ts";
import { StringEnum } from "./string-enum.ts";

/** The two worlds of the gateway by their base URL; loopback origins are the third, Local. */
export const testBaseUrl = "https://test.instamojo.com";
export const liveBaseUrl = "https://api.instamojo.com";

/** Where an installation stands. Accounts are added and edited outside `live`; in `live` they are only chosen. */
export const tiers = ["development", "sandbox", "staging", "live"] as const;
export const Tier = StringEnum(tiers, {
  title: "Tier",
  description: "Where this installation stands. In live, accounts are only chosen, never added or edited.",
  examples: ["development"],
});
export type Tier = (typeof tiers)[number];

/** How many accounts an installation may have unless its host says otherwise. */
export const defaultMaxAccounts = 5;

const guide = "How to get it: docs/connect-instamojo.md";

export const Account = Type.Object(
  {
    name: Type.String({
      title: "Account name",
      description: "A unique name for this account: lowercase letters, digits and underscores. Example: shop",
      pattern: "^[a-z0-9_]+$",
      minLength: 1,
      maxLength: 64,
      examples: ["shop"],
      form: {
        placeholder: "shop",
        rule: "lowercase letters, digits and underscores only",
        remedy: "Write it like shop or shop_2.",
      } satisfies FormHints,
    }),
    baseUrl: Type.String({
      title: "Instamojo base URL",
      description: `The world: ${testBaseUrl} for testing, ${liveBaseUrl} for real money, or the address of a local Instamojo. ${guide}`,
      pattern:
        "^(?:https://test\\.instamojo\\.com|https://api\\.instamojo\\.com|http://(?:127\\.0\\.0\\.1|localhost|\\[::1\\])(?::[0-9]{1,5})?)/?$",
      examples: [testBaseUrl, liveBaseUrl],
      form: {
        placeholder: testBaseUrl,
        rule: `${testBaseUrl}, ${liveBaseUrl}, or a loopback address like http://127.0.0.1:1881`,
        remedy: "Choose the world that the client id comes from.",
      } satisfies FormHints,
    }),
    clientId: Type.String({
      title: "Client ID",
      description: `From Dashboard > API & Plugins > Generate Credentials > Direct REST API Integration. ${guide}`,
      minLength: 1,
      maxLength: 256,
      pattern: "^[\\u0021-\\u007e]+$",
      examples: ["test_client_id"],
      form: {
        placeholder: "test_…",
        rule: "the client id without spaces",
        remedy: "Copy it again from the dashboard.",
      } satisfies FormHints,
    }),
    clientSecret: Type.String({
      title: "Client Secret",
      description: `Belongs to the client id. ${guide}`,
      minLength: 1,
      maxLength: 512,
      pattern: "^[\\u0021-\\u007e]+$",
      examples: ["test_client_secret"],
      form: {
        widget: "password",
        rule: "the client secret without spaces",
        remedy: "Copy it again from the dashboard.",
      } satisfies FormHints,
    }),
    privateSalts: Type.Optional(
      Type.Array(Type.String({ minLength: 8, maxLength: 256, form: { widget: "password" } satisfies FormHints }), {
        title: "Private salts",
        description: `Sign the webhooks; two may be active while one replaces the other. Optional. ${guide}`,
        maxItems: 2,
        examples: [[]],
      }),
    ),
  },
  {
    additionalProperties: false,
    title: "Instamojo account",
    description: "One merchant's credentials under a name.",
  },
);
export type Account = Static<typeof Account>;
