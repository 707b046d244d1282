import type { VisibleEntry } from "../../src/playground/chat/chat-message.ts";

/** A buyer without a browser: the conversation as the chat page has it, over the same routes. */
export interface ChatClient {
  readonly conversation: string;
  /** What the bot said so far, cards included. */
  lines(): readonly VisibleEntry[];
  type(text: string): Promise<void>;
  /** Presses a button of the newest line that has one with these words. */
  press(label: string): Promise<void>;
  /** The next line of the bot that matches, from `after` on; rejects with the transcript when it does not come in time. */
  waitFor(pattern: RegExp, options?: { after?: number; timeoutMs?: number }): Promise<VisibleEntry>;
  close(): void;
}

/** Opens a conversation; `watch` sees every line of the bot as it comes. */
export async function openChat(chat: string, watch: (entry: VisibleEntry) => void = () => {}): Promise<ChatClient> {
  const conversation = crypto.randomUUID();
  const address = `${chat}/conversations/${conversation}`;
  const stop = new AbortController();
  const entries: VisibleEntry[] = [];
  const wakers = new Set<() => void>();
  const stream = await fetch(`${address}/events`, { signal: stop.signal });
  const reading = (async () => {
    let rest = "";
    for await (const chunk of stream.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split("\n\n");
      rest = parts.pop() ?? "";
      for (const data of parts.flatMap((part) => /^data: (.+)$/m.exec(part)?.[1] ?? [])) {
        const entry = JSON.parse(data) as VisibleEntry;
        entries.push(entry);
        if (entry.from === "bot") watch(entry);
        for (const wake of wakers) wake();
      }
    }
  })();
  reading.catch(() => {});
  const lines = () => entries.filter(({ from }) => from === "bot");

  async function send(message: object): Promise<void> {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ ...message, key: crypto.randomUUID() });
    const answer = await fetch(`${address}/messages`, { method: "POST", headers, body });
    if (answer.status !== 202) throw new Error(`the chat answered ${answer.status}`);
  }

  return {
    conversation,
    lines,
    type: (text) => send({ text }),
    press(label) {
      const entry = lines().findLast(({ buttons }) => buttons?.some((each) => each.includes(label)));
      if (!entry) throw new Error(`there is no button ${label}: ${transcript(entries)}`);
      return send({ seq: entry.seq, button: entry.buttons!.findIndex((each) => each.includes(label)) });
    },
    waitFor(pattern, { after = 0, timeoutMs = 10_000 } = {}) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = lines().find(({ seq, text = "" }) => seq > after && pattern.test(text));
          if (found) end(() => resolve(found));
        };
        const end = (settle: () => void) => {
          clearTimeout(timer);
          wakers.delete(look);
          settle();
        };
        const timer = setTimeout(
          () => end(() => reject(new Error(`${pattern} was not said within ${timeoutMs} ms: ${transcript(entries)}`))),
          timeoutMs,
        );
        wakers.add(look);
        look();
      });
    },
    close: () => stop.abort(),
  };
}

function transcript(entries: readonly VisibleEntry[]): string {
  return entries
    .map(({ seq, from, text, card }) => `\n${seq} ${from}: ${text ?? ""}${card ? ` [${card.link}]` : ""}`)
    .join("");
}

/** Buys a product up to the payment link and returns the id of its payment request. Tries again where the bot offers it. */
export async function askForLink(buyer: ChatClient, product = "Masala chai"): Promise<string> {
  await buyer.waitFor(/What would you like/);
  await buyer.press(product);
  await buyer.waitFor(/your name/);
  await buyer.type("John");
  await buyer.waitFor(/mobile number/);
  await buyer.type("9999999999");
  let after = 0;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const said = await buyer.waitFor(/payment link|cannot take payments/, { after, timeoutMs: 30_000 });
    if (said.card) return requestIdOf(said);
    after = said.seq;
    // As a person would: at once would use up the attempts while the faults of other buyers last.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await buyer.press("Try again");
  }
  throw new Error("no link after twenty attempts");
}

export function requestIdOf({ card }: VisibleEntry): string {
  const [id] = /[0-9a-f]{32}/.exec(card?.link ?? "") ?? [];
  if (!id) throw new Error("there is no payment request in the card");
  return id;
}
