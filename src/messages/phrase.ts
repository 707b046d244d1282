import { type MessageLanguage, messageLanguages } from "../../schemas/message.ts";
import { formatRupees } from "../runtime/money.ts";
import { en, type TextKey, type Texts } from "./en.ts";
import { hi } from "./hi.ts";

/** What a message is about. */
export interface Subject {
  readonly amountPaise: number;
  /** What goes back, where the message is about a refund. */
  readonly refundPaise?: number | undefined;
  /** As the flow gave it: anything a person may have typed. */
  readonly purpose: string | null;
  readonly link: string;
  readonly paymentId?: string | null;
}

const languages: Readonly<Record<MessageLanguage, Partial<Texts>>> = { en, hi };

/** The language of a stored input; English where none was chosen, or one that this version does not know. */
export function languageOf(input: Readonly<Record<string, unknown>>): MessageLanguage {
  return messageLanguages.find((language) => language === input.language) ?? "en";
}

/** One text with its places filled in. What is put in is never read as a template again. */
export function phrase(language: MessageLanguage, key: TextKey, subject: Subject): string {
  const text = (of: TextKey) => languages[language][of] ?? en[of];
  const places: Readonly<Record<string, string>> = {
    amount: formatRupees(subject.amountPaise),
    refund: formatRupees(subject.refundPaise ?? subject.amountPaise),
    purpose: oneLine(subject.purpose) || text("order"),
    link: subject.link,
    paymentId: subject.paymentId ?? "",
  };
  return text(key).replace(/\{(\w+)\}/g, (place, name: string) => places[name] ?? place);
}

/**
 * What a person typed, as text inside a line: no line breaks or other control characters, and no signs that turn the
 * reading direction of what follows, with which a purpose could show another amount. Nothing else is changed: WhatsApp
 * knows no escape for * _ ~ `, and since our texts have no marks of their own, those in a purpose can style only itself.
 */
export function oneLine(typed: string | null): string {
  return (typed ?? "")
    .toWellFormed()
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
}
