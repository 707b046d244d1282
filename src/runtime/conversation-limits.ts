/** How much one conversation may ask for, so that a chat cannot be used to flood a person or the merchant's account. */
export interface ConversationLimits {
  /** Links that one conversation may get in a window; 20 unless set. */
  readonly linksPerConversation: number;
  /** Mails and SMS together that Instamojo is asked to send for one conversation in a window; 5 unless set. */
  readonly messagesPerConversation: number;
  /** Length of the window in minutes; it slides. 60 unless set. */
  readonly windowMinutes: number;
}

export const defaultConversationLimits: ConversationLimits = {
  linksPerConversation: 20,
  messagesPerConversation: 5,
  windowMinutes: 60,
};

/** Bounds of each limit, both included; the window is at most a week. */
export const conversationLimitBounds = {
  linksPerConversation: { least: 1, most: 100_000 },
  messagesPerConversation: { least: 0, most: 100_000 },
  windowMinutes: { least: 1, most: 10_080 },
} as const satisfies Record<keyof ConversationLimits, { least: number; most: number }>;

/**
 * The limits with their defaults filled in.
 * @throws {RangeError} for a limit that is no whole number within its bounds
 */
export function conversationLimits(given: Partial<ConversationLimits> = {}): ConversationLimits {
  const limits = { ...defaultConversationLimits };
  for (const name of Object.keys(conversationLimitBounds) as (keyof ConversationLimits)[]) {
    const value = given[name] ?? limits[name];
    const { least, most } = conversationLimitBounds[name];
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw new RangeError(`limits.${name} must be a whole number from ${least} to ${most}.`);
    }
    limits[name] = value;
  }
  return limits;
}
