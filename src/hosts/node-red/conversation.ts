import type { Message, Red } from "./red.ts";

/** What is stored with a link: the author's value and the place in the message it came from. */
interface Conversation {
  readonly property: string;
  readonly value: unknown;
}

/**
 * The value of *Conversation* as it is stored; undefined where the message has none. Plain JSON: functions and what
 * else JSON cannot hold are left out. Throws what JSON throws on a circle.
 */
export function readConversation(util: Red["util"], message: Message, property: string): Conversation | undefined {
  const value = property === "" ? undefined : util.getMessageProperty(message, property);
  const text = value === undefined ? undefined : JSON.stringify(value);
  return text === undefined ? undefined : { property, value: JSON.parse(text) as unknown };
}

/** Takes a stored correlation apart again; one that another host stored comes back as it is, with no place of its own. */
export function openConversation(correlation: unknown): { property: string | null; value: unknown } {
  const stored = correlation as Partial<Conversation> | null;
  if (typeof stored === "object" && stored !== null && typeof stored.property === "string" && "value" in stored) {
    return { property: stored.property, value: stored.value };
  }
  return { property: null, value: correlation };
}
