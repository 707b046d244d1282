import { describe, expect, it } from "@jest/globals";
import { conversationCap } from "../../src/payments/conversation-cap.ts";
import { conversationLimits, defaultConversationLimits } from "../../src/runtime/conversation-limits.ts";
import { capReached } from "../../src/store/conversation-cap.ts";

const uses = (...list: [at: number, messages: number][]) => list.map(([at, messages]) => ({ at, messages }));

describe("the room of a conversation", () => {
  const cap = { maxLinks: 3, maxMessages: 2, windowMs: 100 };

  it.each([
    ["nothing was asked for", uses(), 2, null],
    ["there is one link to go", uses([1, 0], [2, 0]), 0, null],
    ["all links were had", uses([1, 0], [2, 0], [3, 0]), 0, { kind: "links", freeAt: 101 }],
    ["the limit was lowered since", uses([1, 0], [2, 0], [3, 0], [4, 0]), 0, { kind: "links", freeAt: 102 }],
    ["messages were had and none is asked for", uses([1, 2]), 0, null],
    ["one message is to go", uses([1, 1]), 1, null],
    ["one message is to go and two are asked for", uses([1, 1]), 2, { kind: "messages", freeAt: 101 }],
    ["two links without messages came first", uses([1, 0], [7, 2]), 1, { kind: "messages", freeAt: 107 }],
  ])("where %s", (_, used, messages, full) => {
    expect(capReached(used, messages, cap)).toEqual(full);
  });

  it("never comes for messages that the limit does not allow at all", () => {
    expect(capReached(uses(), 2, { ...cap, maxMessages: 1 })).toEqual({ kind: "messages", freeAt: null });
  });
});

describe("a conversation", () => {
  it("is the same however its keys are ordered, another with other words, and none where there is none", () => {
    const of = (correlation: unknown) => conversationCap(correlation, defaultConversationLimits)?.conversation;
    expect(of({ a: 1, b: { c: 2, d: 3 } })).toBe(of({ b: { d: 3, c: 2 }, a: 1 }));
    expect(of({ a: 1 })).not.toBe(of({ a: 2 }));
    expect(of("John")).toMatch(/^[0-9a-zA-Z_-]{32,}$/);
    expect(of("John")).not.toContain("John");
    expect([of(undefined), of(null)]).toEqual([undefined, undefined]);
  });

  it("has the limits that are set, and the usual ones beside them", () => {
    expect(conversationLimits({ linksPerConversation: 3 })).toEqual({
      linksPerConversation: 3,
      messagesPerConversation: 5,
      windowMinutes: 60,
    });
    for (const bad of [0, -1, 1.5, Number.NaN, "20" as unknown as number]) {
      expect(() => conversationLimits({ linksPerConversation: bad })).toThrow(RangeError);
    }
  });
});
