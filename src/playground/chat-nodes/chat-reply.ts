import { fillTemplate } from "./fill-template.ts";
import { type FlowMessage, type Red, type RedNode, statusText } from "./red-node.ts";

/** The form of *Chat reply*. Card, buttons and order are JSON text. */
interface ChatReplyConfig {
  readonly text?: string;
  readonly card?: string;
  readonly buttons?: string;
  readonly tone?: string;
  readonly asks?: string;
  readonly once?: string;
  readonly order?: string;
}

/** Registers *Chat reply*: says something in the conversation that the message carries. */
export default function chatReply(RED: Red): void {
  RED.nodes.registerType("chat-reply", function (this: RedNode, config: ChatReplyConfig) {
    RED.nodes.createNode(this, config);
    const hub = RED.settings.chat;
    const read = (message: object) => (path: string) => RED.util.getMessageProperty(message, path);

    this.on("input", (message, _send, done) => {
      try {
        const id = message.conversation?.id;
        if (!hub) return refuse(this, "only in the playground", done);
        if (typeof id !== "string") return refuse(this, "no conversation", done);
        const said = compose(config, message, read(message));
        const key = config.once ? String(fillTemplate(config.once, read(message))) : "";
        // What is said once is news: it may come days later, while the buyer talks of something else.
        const session = key || !message.session ? undefined : { asked: config.asks ?? "", data: message.session };
        const isNew = hub.say(id, said, { key: key || undefined, session });
        this.status({ fill: isNew ? "green" : "grey", shape: "dot", text: isNew ? "said" : "said before" });
        done();
      } catch (error) {
        this.status({ fill: "red", shape: "ring", text: statusText((error as Error).message) });
        done(error as Error);
      }
    });
  });
}

function refuse(node: RedNode, text: string, done: () => void): void {
  node.status({ fill: "yellow", shape: "ring", text });
  done();
}

/** The form filled in from the message; with an empty form, `msg.payload` as it is. */
function compose(
  config: ChatReplyConfig,
  message: FlowMessage,
  read: (path: string) => unknown,
): string | Record<string, unknown> {
  const { text, card, buttons, tone, order } = config;
  if (!text && !card && !buttons) return message.payload as string | Record<string, unknown>;
  return {
    text: fillTemplate(text ?? "", read),
    card: card ? fillTemplate(JSON.parse(card), read) : undefined,
    buttons: buttons ? fillTemplate(JSON.parse(buttons), read) : undefined,
    tone,
    order: order ? fillTemplate(JSON.parse(order), read) : undefined,
  };
}
