import { FlowError } from "../runtime/errors.ts";
import { canonicalJson } from "../runtime/canonical-json.ts";
import type { ConversationLimits } from "../runtime/conversation-limits.ts";
import type { ConversationCap, ConversationFull } from "../store/conversation-cap.ts";
import { digest } from "./callbacks.ts";

/** The cap of the conversation that a link is asked for in; undefined for a run without one, which nothing tells apart. */
export function conversationCap(correlation: unknown, limits: ConversationLimits): ConversationCap | undefined {
  if (correlation === undefined || correlation === null) return undefined;
  return {
    conversation: digest("conversation", canonicalJson(correlation)),
    maxLinks: limits.linksPerConversation,
    maxMessages: limits.messagesPerConversation,
    windowMs: limits.windowMinutes * 60_000,
  };
}

/** The refusal of a link that the conversation has no room for; nothing was stored or sent. */
export function limitReached({ kind, freeAt }: ConversationFull, limits: ConversationLimits): FlowError {
  const { linksPerConversation, messagesPerConversation, windowMinutes } = limits;
  const [most, setting] =
    kind === "links"
      ? [`${linksPerConversation} payment links`, "linksPerConversation"]
      : [`${messagesPerConversation} mails and SMS`, "messagesPerConversation"];
  const next = freeAt === null ? "" : `There is room again at ${new Date(freeAt).toISOString()}. `;
  return new FlowError(
    "conversation_limit_reached",
    `One conversation gets at most ${most} in ${windowMinutes} minutes, and this one has had them.`,
    { remedy: `${next}The setting is limits.${setting} of this installation.`, retryable: freeAt !== null },
  );
}
