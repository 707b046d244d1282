import { type BotMessage, type ButtonAction, type ChatEntry, readBotMessage } from "./chat-message.ts";
import { type OrderStanding, standingOf } from "./order-standing.ts";
import type { Session, TranscriptStore } from "./transcript-store.ts";

/** Something that came into a conversation, for the flow. */
export interface ChatArrival {
  readonly conversation: string;
  /** What the buyer typed, or the label of the button; "" when the conversation opened. */
  readonly text: string;
  /** True for the first sign of a conversation: somebody opened the page. */
  readonly isStart: boolean;
  /** The action of the pressed button, as the flow attached it. */
  readonly action?: ButtonAction;
}

/** What a buyer sends: words, or the button of a line by its place. */
export type BuyerMessage = { readonly text: string } | { readonly seq: number; readonly button: number };

/** The door between chat pages and flows; everything said goes through the transcript first. */
export interface ChatHub {
  /** Makes sure that the conversation is there; a new one is told to the flow. */
  open(conversation: string): void;
  /** Takes what the buyer sent. A repeat of a key is ignored; false when there is no such button. */
  hear(conversation: string, message: BuyerMessage, key: string): boolean;
  /** Says something in a conversation, once per key where one is given. Throws an Error when it is no message. */
  say(conversation: string, message: unknown, options?: SayOptions): boolean;
  session(conversation: string): Session;
  /** Where the orders of a conversation stand, by what was said in it. */
  standing(conversation: string): OrderStanding | undefined;
  /** Every line after one, then every new line as it comes. Returns a function that ends it. */
  follow(conversation: string, afterSeq: number, listener: (entry: ChatEntry) => void): () => void;
  /** Hands everything that arrives to a flow; what came while nobody listened comes first. */
  onArrival(listener: (arrival: ChatArrival) => void): () => void;
}

export interface SayOptions {
  readonly key?: string | undefined;
  /** Replaces what is kept about the conversation. */
  readonly session?: Session | undefined;
}

const mostWaiting = 200;

export function createChatHub(store: TranscriptStore, now: () => number = Date.now): ChatHub {
  const followers = new Map<string, Set<(entry: ChatEntry) => void>>();
  const takers = new Set<(arrival: ChatArrival) => void>();
  let waiting: ChatArrival[] = [];

  function arrive(arrival: ChatArrival): void {
    if (takers.size === 0) waiting = [...waiting, arrival].slice(-mostWaiting);
    else for (const taker of takers) taker(arrival);
  }

  function add(conversation: string, line: BotMessage & Pick<ChatEntry, "from">, key: string | undefined): boolean {
    const entry = store.add(conversation, { ...line, at: now() }, key);
    if (entry === null) return false;
    for (const follower of followers.get(conversation) ?? []) follower(entry);
    return true;
  }

  return {
    open(conversation) {
      if (store.open(conversation)) arrive({ conversation, text: "", isStart: true });
    },
    hear(conversation, message, key) {
      const button = "text" in message ? undefined : buttonOf(store.entries(conversation, message.seq - 1)[0], message);
      if (button === null) return false;
      const text = button?.label ?? ("text" in message ? message.text : "");
      if (add(conversation, { from: "buyer", text }, `buyer:${key}`)) {
        arrive({ conversation, text, isStart: false, ...(button?.action && { action: button.action }) });
      }
      return true;
    },
    say(conversation, message, { key, session } = {}) {
      const said = readBotMessage(message);
      store.open(conversation);
      if (session !== undefined) store.saveSession(conversation, session);
      return add(conversation, { from: "bot", ...said }, key === undefined ? undefined : `bot:${key}`);
    },
    session: (conversation) => store.session(conversation),
    standing: (conversation) => standingOf(store.entries(conversation)),
    follow(conversation, afterSeq, listener) {
      for (const entry of store.entries(conversation, afterSeq)) listener(entry);
      const all = followers.get(conversation) ?? new Set();
      followers.set(conversation, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0 && followers.get(conversation) === all) followers.delete(conversation);
      };
    },
    onArrival(listener) {
      takers.add(listener);
      const missed = waiting;
      waiting = [];
      for (const arrival of missed) listener(arrival);
      return () => takers.delete(listener);
    },
  };
}

function buttonOf(entry: ChatEntry | undefined, message: { seq: number; button: number }) {
  if (entry?.seq !== message.seq || entry.from !== "bot") return null;
  return entry.buttons?.[message.button] ?? null;
}
