import type { NodeRed } from "./start-node-red.ts";

/** What the bot's flow answers to a call. */
export interface Answer {
  readonly port: string;
  /** The payload that came in, as it is after the node. */
  readonly kept: Record<string, unknown>;
  /** `function` when a function that sat on the message is still there. */
  readonly marked: string;
  readonly payment?: { readonly paymentRequestId: string; readonly refundId: string } & Record<string, unknown>;
  readonly error?: { readonly message: string } & Record<string, unknown>;
}

/** One start of the event flow. */
export interface Collected {
  readonly topic: string;
  readonly payload: { readonly id: string; readonly paymentRequestId: string } & Record<string, unknown>;
  readonly payment: Record<string, unknown>;
  readonly conversation?: unknown;
}

/** Talks to the bot of `botFlow`. */
export function botOf(nodeRed: NodeRed) {
  async function ask(path: string, body: object): Promise<Answer> {
    const { status, body: answer } = await nodeRed.postJson(path, body);
    if (status !== 200) throw new Error(`${path} was answered ${status}: ${JSON.stringify(answer)}`);
    return answer as Answer;
  }
  const events = async () => (await nodeRed.getJson("/events")) as readonly Collected[];
  return {
    ask,
    events,
    buy: (changes: object = {}) =>
      ask("/buy", { amount: "200", name: "John", order: 1042, conversation: { chat: "c-1" }, ...changes }),
    /** The event of that status for that link, waited for. */
    async eventOf(paymentRequestId: string, topic: string): Promise<Collected> {
      for (const end = Date.now() + 15_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
        const all = await events();
        const found = all.find((event) => event.topic === topic && event.payload.paymentRequestId === paymentRequestId);
        if (found) return found;
      }
      throw new Error(`no event ${topic} came:\n${nodeRed.log()}`);
    },
    /** What the nodes said on the canvas, oldest first, as `node: text`. */
    statuses: async () => (await nodeRed.getJson("/statuses")) as readonly string[],
    /** What reached the Catch node. */
    caught: async () => (await nodeRed.getJson("/caught")) as readonly Record<string, unknown>[],
  };
}
