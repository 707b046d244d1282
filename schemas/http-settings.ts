import { type Static, Type } from "@sinclair/typebox";
import type { FormHints } from "./form.ts";
import { paymentStatuses } from "./payment-fields.ts";
import { defaultEventStatuses } from "./payment-status.ts";
import { StringEnum } from "./string-enum.ts";

/** What an API key may do. `read` looks, `link` makes and switches links, `refund` moves money back, `operate` decides. */
export const scopes = ["read", "link", "refund", "operate"] as const;
export type Scope = (typeof scopes)[number];

const AccountNames = (description: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      title: "Accounts",
      description,
      minItems: 1,
      examples: [["shop"]],
      form: { rule: "a list of names of accounts" } satisfies FormHints,
    }),
  );

/** Where events are sent, signed as Standard Webhooks. */
export const DeliveryTarget = Type.Object(
  {
    name: Type.String({
      title: "Name",
      description: "Stable name of the receiver: what was delivered to it is remembered under this name.",
      pattern: "^[a-z0-9_-]{1,64}$",
      examples: ["bot"],
      form: { rule: "lowercase letters, digits, _ and -" } satisfies FormHints,
    }),
    url: Type.String({
      title: "URL",
      description: "Where each event is posted. https; http only with allowPrivate.",
      maxLength: 2000,
      examples: ["https://bot.example.com/instamojo-events"],
      form: { kind: "url" } satisfies FormHints,
    }),
    secrets: Type.Array(
      Type.String({
        pattern: "^(?:whsec_)?(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?$",
      }),
      {
        title: "Secrets",
        description: "Sign the events. Two while one replaces the other: both sign, the receiver may know either.",
        minItems: 1,
        maxItems: 2,
        examples: [["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]],
        form: {
          rule: "one or two secrets of at least 24 random bytes, like whsec_ and base64",
          remedy: 'Make one with "instamojo-flow serve --new-secret".',
        } satisfies FormHints,
      },
    ),
    accounts: AccountNames("Only events of these accounts; all unless given."),
    statuses: Type.Optional(
      Type.Array(StringEnum(paymentStatuses), {
        title: "Statuses",
        description: `Only events of these statuses; ${defaultEventStatuses.join(", ")} unless given.`,
        minItems: 1,
        uniqueItems: true,
        examples: [["Completed"]],
        form: { rule: `a list out of ${paymentStatuses.join(", ")}` } satisfies FormHints,
      }),
    ),
    refundUpdates: Type.Optional(
      Type.Boolean({
        title: "Refund updates",
        description:
          "Also what happens to a refund on its way: status Completed with a reason such as refund-denied. Off unless given.",
        default: false,
        examples: [false],
      }),
    ),
    allowPrivate: Type.Optional(
      Type.Boolean({
        title: "Allow private addresses",
        description: "Whether the URL may lead into your own network or to this machine; off unless given.",
        default: false,
        examples: [false],
      }),
    ),
  },
  { additionalProperties: false, title: "Delivery target", description: "A receiver of events over HTTP." },
);
export type DeliveryTarget = Static<typeof DeliveryTarget>;

/** A caller of the HTTP host; the key itself is nowhere but with the caller. */
export const ApiKey = Type.Object(
  {
    id: Type.String({
      title: "Id",
      description: "Name of the key, shown in the timeline where it decided something.",
      pattern: "^[A-Za-z0-9_.-]{1,64}$",
      examples: ["bot"],
      form: { rule: "letters, digits, _, . and -" } satisfies FormHints,
    }),
    sha256: Type.String({
      title: "SHA-256",
      description: "SHA-256 of the key in 64 hex digits.",
      pattern: "^[0-9a-fA-F]{64}$",
      examples: ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
      form: {
        rule: "the SHA-256 of a key in 64 hex digits, never the key itself",
        remedy: 'Make a key with "instamojo-flow serve --new-key bot"; it prints both.',
      } satisfies FormHints,
    }),
    scopes: Type.Array(StringEnum(scopes), {
      title: "Scopes",
      description: "What the key may do: read, link, refund, operate.",
      minItems: 1,
      uniqueItems: true,
      examples: [["read", "link"]],
      form: {
        rule: `a list out of ${scopes.join(", ")}`,
        remedy: "Give a key only what it needs.",
      } satisfies FormHints,
    }),
    accounts: AccountNames("Only these accounts; all unless given."),
  },
  { additionalProperties: false, title: "API key", description: "A caller of the HTTP host." },
);
export type ApiKey = Static<typeof ApiKey>;

/** Where the HTTP host listens. */
export const ServeSettings = Type.Object(
  {
    address: Type.Optional(
      Type.String({
        title: "Address",
        description: "IP address to listen on; 127.0.0.1 unless given. 0.0.0.0 inside a container.",
        pattern: "^(?:[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*)$",
        examples: ["127.0.0.1"],
        form: { rule: "an IP address like 127.0.0.1 or 0.0.0.0" } satisfies FormHints,
      }),
    ),
    allowedHosts: Type.Optional(
      Type.Array(Type.String({ pattern: "^[a-z0-9.-]+(?::[0-9]{1,5})?$" }), {
        title: "Allowed hosts",
        description:
          "Names under which other machines call the API, with their port if one is shown. Under any other name only the webhook and return routes answer.",
        examples: [["payments.internal:8080"]],
        form: { rule: "a list of host names in small letters, like payments.internal:8080" } satisfies FormHints,
      }),
    ),
    callsPerMinute: Type.Optional(
      Type.Integer({
        title: "Calls per minute",
        description: "How many calls one API key may make in a minute; 600 unless given.",
        minimum: 1,
        maximum: 1_000_000,
        examples: [600],
        form: { rule: "a whole number from 1 to 1000000" } satisfies FormHints,
      }),
    ),
  },
  { additionalProperties: false, title: "Serve", description: "How the HTTP host listens." },
);
export type ServeSettings = Static<typeof ServeSettings>;
