import { type Static, Type } from "@sinclair/typebox";
import type { FormHints } from "./form.ts";
import { StringEnum } from "./string-enum.ts";

/** The languages of the messages to send, by their ISO 639-1 codes. */
export const messageLanguages = ["en", "hi"] as const;
export type MessageLanguage = (typeof messageLanguages)[number];

/** The choice in the form of every node that makes a link. Left out: English. */
export const languageField = Type.Optional(
  StringEnum(messageLanguages, {
    title: "Language",
    description: "Language of the messages to send, those of later events too. Leave it empty for English. Example: hi",
    examples: ["hi"],
    form: {
      blank: "absent",
      advanced: true,
      placeholder: "English",
      enumTitles: { en: "English", hi: "हिन्दी (Hindi)" },
      remedy: "Choose en or hi, or leave it empty for English.",
    } satisfies FormHints,
  }),
);

const spokenLanguage = StringEnum(messageLanguages, {
  title: "Language",
  description: "Language of these texts: en or hi.",
  examples: ["en"],
});

const payUrl = "https://www.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015";

/** What to send to the customer for a link, for any channel: take the part that yours can show. */
export const LinkMessage = Type.Object(
  {
    language: spokenLanguage,
    text: Type.String({
      title: "Text",
      description: "Amount, purpose and link in one line of plain text, for any channel.",
      examples: [`Please pay ₹2,500.00 for FIFA 16. Payment link: ${payUrl}`],
    }),
    reminder: Type.String({
      title: "Reminder",
      description: "Plain text to send later, while the link is not paid yet.",
      examples: [`Reminder: ₹2,500.00 for FIFA 16 has not been paid yet. You can pay here: ${payUrl}`],
    }),
    card: Type.Object(
      {
        title: Type.String({ title: "Title", description: "What the payment is for.", examples: ["FIFA 16"] }),
        amount: Type.String({
          title: "Amount",
          description: "The amount as people read it, with the rupee sign and Indian grouping.",
          examples: ["₹2,500.00"],
        }),
        button: Type.Object(
          {
            text: Type.String({
              title: "Button text",
              description: "Words on the button, at most 20 characters.",
              examples: ["Pay ₹2,500.00"],
            }),
            url: Type.String({ title: "Button address", description: "The link.", examples: [payUrl] }),
          },
          { title: "Button", description: "Opens the payment page." },
        ),
      },
      { title: "Card", description: "For channels with cards: title, amount and button." },
    ),
    whatsapp: Type.Object(
      {
        body: Type.String({
          title: "Body",
          description: "Text of the message, without the link: the button has it.",
          examples: ["Please pay ₹2,500.00 for FIFA 16."],
        }),
        button: Type.String({
          title: "Button text",
          description: "Words on the button, at most 20 characters.",
          examples: ["Pay ₹2,500.00"],
        }),
        url: Type.String({
          title: "Button address",
          description: "The link, for a button with a whole address.",
          examples: [payUrl],
        }),
        baseUrl: Type.String({
          title: "Base URL",
          description:
            "The part of the link that stays the same: what a template with a dynamic URL button has before {{1}}.",
          examples: ["https://www.instamojo.com/"],
        }),
        suffix: Type.String({
          title: "Suffix",
          description: "The rest of the link: the value for {{1}} of such a button.",
          examples: ["@foo/05f317448ad84649aa1a9c7328edb015"],
        }),
      },
      { title: "WhatsApp", description: "Call-to-action message: text and a button that opens the link." },
    ),
    qr: Type.Union(
      [
        Type.Object({
          svg: Type.String({
            title: "SVG",
            description: "The code as an SVG element, to put into a page.",
            examples: ["<svg>…</svg>"],
          }),
          png: Type.Union([Type.String(), Type.Null()], {
            title: "PNG",
            description: "The code as a PNG picture in a data address; null where the host cannot make one.",
            examples: ["data:image/png;base64,…"],
          }),
        }),
        Type.Null(),
      ],
      {
        title: "QR code",
        description: "QR code of the link, to scan from another screen; null where none could be made.",
      },
    ),
  },
  {
    title: "Message",
    description:
      "What to send to the customer: plain text, a reminder for later, a card, a WhatsApp call-to-action and a QR code.",
  },
);
export type LinkMessage = Static<typeof LinkMessage>;

/** What to tell the customer about an event. */
export const StatusMessage = Type.Object(
  {
    language: spokenLanguage,
    text: Type.String({
      title: "Text",
      description: "What happened, in plain text for the customer.",
      examples: ["We have received your payment of ₹200.00 for Iphone. Thank you! Payment id: MOJO5c04000J30502939"],
    }),
  },
  { title: "Message", description: "What to tell the customer, in the language of the link." },
);
export type StatusMessage = Static<typeof StatusMessage>;
