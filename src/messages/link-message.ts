import type { LinkMessage } from "../../schemas/message.ts";
import { formatRupees } from "../runtime/money.ts";
import { languageOf, oneLine, phrase, type Subject } from "./phrase.ts";
import { qrCode } from "./qr-code.ts";

export interface LinkFacts extends Subject {
  /** The input of the link, which names the language. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** What to send to the customer for a link. Never rejects: a link without a picture is still a link. */
export async function linkMessage({ input, ...subject }: LinkFacts): Promise<LinkMessage> {
  const language = languageOf(input);
  const say = (key: Parameters<typeof phrase>[1]) => phrase(language, key, subject);
  const { link } = subject;
  return {
    language,
    text: say("payByLink"),
    reminder: say("reminder"),
    card: {
      title: oneLine(subject.purpose) || say("payment"),
      amount: formatRupees(subject.amountPaise),
      button: { text: say("payButton"), url: link },
    },
    whatsapp: { body: say("pay"), button: say("payButton"), url: link, ...splitLink(link) },
    qr: await qrCode(link),
  };
}

/**
 * A link as base and suffix, which together are the link to the letter. A WhatsApp template has the base in its approved
 * text, so it must be the same for all links of an account: it ends after the host.
 */
function splitLink(link: string): { baseUrl: string; suffix: string } {
  const baseUrl = /^https?:\/\/[^/?#]+\//i.exec(link)?.[0] ?? link;
  return { baseUrl, suffix: link.slice(baseUrl.length) };
}
