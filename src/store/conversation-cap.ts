import type { RequestRow } from "./rows.ts";

/** How much one conversation may ask for in a window that slides. */
export interface ConversationCap {
  /** Stands for the conversation: a hash, never its words. */
  readonly conversation: string;
  readonly maxLinks: number;
  /** Mails and SMS together. */
  readonly maxMessages: number;
  readonly windowMs: number;
}

/** What a conversation has used up, and when there is room again; null for never within these limits. */
export interface ConversationFull {
  readonly kind: "links" | "messages";
  readonly freeAt: number | null;
}

/** One link that a conversation got in the window. */
export interface ConversationUse {
  readonly at: number;
  /** Mails and SMS that the gateway was asked to send with it: 0, 1 or 2. */
  readonly messages: number;
}

/** Mails and SMS that a link asks for. */
export function messagesOf({ input }: Pick<RequestRow, "input">): number {
  return Number(input.sendEmail === true) + Number(input.sendSms === true);
}

/** Says what has no room for one more link; null when all has. `uses` are those of the window, the oldest first. */
export function capReached(
  uses: readonly ConversationUse[],
  messages: number,
  { maxLinks, maxMessages, windowMs }: Omit<ConversationCap, "conversation">,
): ConversationFull | null {
  const free = (count: (use: ConversationUse) => number, asked: number, most: number) =>
    roomAt(uses, count, most - asked, windowMs);
  const links = free(() => 1, 1, maxLinks);
  if (links !== "now") return { kind: "links", freeAt: links };
  const sent = messages === 0 ? "now" : free((use) => use.messages, messages, maxMessages);
  return sent === "now" ? null : { kind: "messages", freeAt: sent };
}

/** When at most `most` is left of what was used: as the oldest uses leave the window. */
function roomAt(
  uses: readonly ConversationUse[],
  count: (use: ConversationUse) => number,
  most: number,
  windowMs: number,
): "now" | number | null {
  let used = uses.reduce((sum, use) => sum + count(use), 0);
  if (used <= most) return "now";
  for (const use of uses) {
    used -= count(use);
    if (used <= most) return use.at + windowMs;
  }
  return null;
}
