import { expect, it } from "@jest/globals";
import type { ChatHub } from "../../src/playground/chat/chat-hub.ts";
import chatReply from "../../src/playground/chat-nodes/chat-reply.ts";

/** Sends one message through a *Chat reply* node; resolves with what it asked the chat to keep. */
function sessionsKept(config: object, message: object): unknown[] {
  const kept: unknown[] = [];
  const say: ChatHub["say"] = (_id, _message, options = {}) => {
    kept.push(options.session);
    return true;
  };
  const read = (from: object, path: string) =>
    path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], from);
  let give: (message: object, send: unknown, done: (error?: Error) => void) => void = () => {};
  const node = {
    send: () => {},
    status: () => {},
    on: (name: string, listener: typeof give) => {
      if (name === "input") give = listener;
    },
  };
  chatReply({
    nodes: {
      createNode: () => {},
      registerType: (_type: string, create: (this: unknown, config: object) => void) => create.call(node, config),
    },
    util: { getMessageProperty: read },
    settings: { chat: { say } },
  } as never);
  let failure: Error | undefined;
  give(message, undefined, (error) => {
    failure = error;
  });
  expect(failure).toBeUndefined();
  return kept;
}

const message = { conversation: { id: "c-1" }, session: { product: "Masala chai" }, payment: { id: "evt_1" } };

it("an answer keeps what the flow knows of the conversation", () => {
  expect(sessionsKept({ text: "Your name?", asks: "name" }, message)).toEqual([
    { asked: "name", data: { product: "Masala chai" } },
  ]);
});

it("news leave it alone: their message may have set out days ago", () => {
  expect(sessionsKept({ text: "Paid", once: "{payment.id}" }, message)).toEqual([undefined]);
});
