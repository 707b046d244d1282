import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type ChatArrival, type ChatHub, createChatHub } from "../../src/playground/chat/chat-hub.ts";
import type { ChatEntry } from "../../src/playground/chat/chat-message.ts";
import { openTranscriptStore, type TranscriptStore } from "../../src/playground/chat/transcript-store.ts";

const conversation = "conversation-1";
let folder: string;
let store: TranscriptStore;
let hub: ChatHub;
let arrivals: ChatArrival[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chat-"));
  store = openTranscriptStore(join(folder, "chat.db"));
  hub = createChatHub(store, () => 1_700_000_000_000);
  arrivals = [];
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

function lines(id = conversation): string[] {
  return store.entries(id).map((entry) => `${entry.seq} ${entry.from}: ${entry.text ?? entry.card?.title}`);
}

describe("the chat", () => {
  it("tells the flow once that a conversation opened", () => {
    hub.onArrival((arrival) => arrivals.push(arrival));
    hub.open(conversation);
    hub.open(conversation);
    expect(arrivals).toEqual([{ conversation, text: "", isStart: true }]);
  });

  it("keeps what arrives while no flow listens, in order, for the first that does", () => {
    hub.open(conversation);
    hub.hear(conversation, { text: "Hello" }, "key-00001");
    hub.onArrival((arrival) => arrivals.push(arrival));
    expect(arrivals.map(({ text }) => text)).toEqual(["", "Hello"]);
  });

  it("takes a repeated message once", () => {
    hub.onArrival((arrival) => arrivals.push(arrival));
    hub.open(conversation);
    expect(hub.hear(conversation, { text: "Hello" }, "key-00001")).toBe(true);
    expect(hub.hear(conversation, { text: "Hello" }, "key-00001")).toBe(true);
    expect(lines()).toEqual(["1 buyer: Hello"]);
    expect(arrivals).toHaveLength(2);
  });

  it("says a keyed reply once, over a restart too", () => {
    expect(hub.say(conversation, "Paid", { key: "evt_1" })).toBe(true);
    store.close();
    store = openTranscriptStore(join(folder, "chat.db"));
    hub = createChatHub(store);
    expect(hub.say(conversation, "Paid", { key: "evt_1" })).toBe(false);
    expect(hub.say(conversation, "Paid", { key: "evt_2" })).toBe(true);
    expect(hub.say("conversation-2", "Paid", { key: "evt_1" })).toBe(true);
    expect(lines()).toEqual(["1 bot: Paid", "2 bot: Paid"]);
  });

  it("hands the action of a pressed button to the flow, and only one that the bot offered", () => {
    hub.onArrival((arrival) => arrivals.push(arrival));
    const buttons = [{ label: "Tea", action: { do: "buy", amount: "200.00" } }, "Nothing"];
    hub.say(conversation, { text: "What would you like?", buttons });
    expect(hub.hear(conversation, { seq: 1, button: 0 }, "key-00001")).toBe(true);
    expect(hub.hear(conversation, { seq: 1, button: 1 }, "key-00002")).toBe(true);
    expect(arrivals).toEqual([
      { conversation, text: "Tea", isStart: false, action: { do: "buy", amount: "200.00" } },
      { conversation, text: "Nothing", isStart: false },
    ]);
    for (const [seq, button] of [
      [1, 2],
      [1, -1],
      [2, 0],
      [9, 0],
      [0, 0],
    ] as const) {
      expect(hub.hear(conversation, { seq, button }, `key-1${seq}${button}`)).toBe(false);
    }
    expect(hub.hear("conversation-2", { seq: 1, button: 0 }, "key-00003")).toBe(false);
    expect(arrivals).toHaveLength(2);
  });

  it("replays the transcript from any line and goes on with the new ones, to every page alike", () => {
    hub.say(conversation, "One");
    hub.say(conversation, "Two");
    const first: ChatEntry[] = [];
    const second: ChatEntry[] = [];
    const end = hub.follow(conversation, 0, (entry) => first.push(entry));
    hub.follow(conversation, 1, (entry) => second.push(entry));
    hub.say(conversation, "Three");
    end();
    hub.say(conversation, "Four");
    hub.say("conversation-2", "Elsewhere");
    expect(first.map(({ seq, text }) => `${seq} ${text}`)).toEqual(["1 One", "2 Two", "3 Three"]);
    expect(second.map(({ seq, text }) => `${seq} ${text}`)).toEqual(["2 Two", "3 Three", "4 Four"]);
  });

  it("keeps the session of a conversation apart from the others and over a restart", () => {
    hub.say(conversation, "Your name?", { session: { asked: "name" } });
    hub.say(conversation, "An event came", {});
    store.close();
    store = openTranscriptStore(join(folder, "chat.db"));
    hub = createChatHub(store);
    expect(hub.session(conversation)).toEqual({ asked: "name" });
    expect(hub.session("conversation-2")).toEqual({});
  });

  it("refuses a folder that another playground has open", () => {
    expect(() => openTranscriptStore(join(folder, "chat.db"))).toThrow("Another playground is running");
  });

  it.each([
    [{ card: { title: "Tea", amount: "1.00", link: "javascript:alert(1)" } }, "http or https address"],
    [{ text: "" }, "needs text or a card"],
    [{ text: { toString: null } }, "must be text"],
    [{ text: "x", buttons: "Yes" }, "must be a list"],
    [{ text: "x", buttons: [{ action: {} }] }, "needs a label"],
    [{ text: "x", buttons: [{ label: "x", action: "do" }] }, "must be an object"],
    [42, "is text, or an object"],
  ])("refuses %j as a message", (message, words) => {
    expect(() => hub.say(conversation, message)).toThrow(words);
    expect(lines()).toEqual([]);
  });
});
