/** Plain JSON that a flow attaches to a button. It never leaves the server, so nobody can make one up in a browser. */
export type ButtonAction = Readonly<Record<string, unknown>>;

/** A quick reply. Pressing it sends its label as the buyer's words, with its action beside them. */
export interface ReplyButton {
  readonly label: string;
  readonly action?: ButtonAction;
}

/** A payment link as a card. */
export interface PaymentCard {
  readonly title: string;
  /** Rupees with two places. */
  readonly amount: string;
  /** Address of the payment page, http or https. */
  readonly link: string;
  /** Words on the button; "Pay now" unless given. */
  readonly button?: string;
  readonly note?: string;
}

/** Where an order stands once this line is said; see `standingOf`. */
export interface OrderLine {
  /** The payment request; "" for an order that has no link yet. */
  readonly id: string;
  readonly title: string;
  /** Answers "where is my order?" later. */
  readonly text: string;
  readonly buttons: readonly ReplyButton[];
  /** Nothing more is expected of it. */
  readonly isOver: boolean;
}

/** What the bot says. */
export interface BotMessage {
  readonly text?: string;
  readonly card?: PaymentCard;
  readonly buttons?: readonly ReplyButton[];
  /** Good or bad news, for the colour of the bubble. */
  readonly tone?: "good" | "bad";
  /** Never leaves the server. */
  readonly order?: OrderLine;
}

/** One line of a conversation, as it is stored. */
export interface ChatEntry extends BotMessage {
  /** Counts the lines of a conversation from 1. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly from: "bot" | "buyer";
}

/** What a chat page gets to see of a line: the labels of the buttons without their actions, and nothing of the order. */
export interface VisibleEntry extends Omit<ChatEntry, "buttons" | "order"> {
  readonly buttons?: readonly string[];
}

export const maxTextLength = 1000;
const maxButtons = 12;

export function toVisibleEntry({ buttons, order: _order, ...entry }: ChatEntry): VisibleEntry {
  return buttons === undefined ? entry : { ...entry, buttons: buttons.map((button) => button.label) };
}

/** Reads what a flow hands over: text alone, or text, card, buttons and order. Throws an Error that says what is wrong. */
export function readBotMessage(value: unknown): BotMessage {
  if (typeof value === "string") return readBotMessage({ text: value });
  if (!isRecord(value)) throw new Error("A chat reply is text, or an object with text, card or buttons.");
  const text = readText(value.text);
  const card = isBlank(value.card) ? undefined : readCard(value.card);
  const buttons = isBlank(value.buttons) ? [] : readButtons(value.buttons);
  if (text === "" && card === undefined) throw new Error("A chat reply needs text or a card.");
  const tone = value.tone === "good" || value.tone === "bad" ? value.tone : undefined;
  return {
    ...(text && { text }),
    ...(card && { card }),
    ...(buttons.length > 0 && { buttons }),
    ...(tone && { tone }),
    ...(!isBlank(value.order) && { order: readOrder(value.order, text, buttons) }),
  };
}

/** Text and buttons are those of the line unless the order has its own. */
function readOrder(value: unknown, lineText: string, lineButtons: readonly ReplyButton[]): OrderLine {
  if (!isRecord(value)) throw new Error("The order of a chat reply must be an object.");
  const { id, title, text, buttons, over } = value;
  return {
    id: readText(id),
    title: readText(title),
    text: readText(text) || lineText,
    buttons: isBlank(buttons) ? lineButtons : readButtons(buttons),
    isOver: over === true,
  };
}

function readText(value: unknown): string {
  if (isBlank(value)) return "";
  if (typeof value !== "string" && typeof value !== "number") throw new Error("The text of a chat reply must be text.");
  return shorten(String(value));
}

function readCard(value: unknown): PaymentCard {
  if (!isRecord(value)) throw new Error("The card of a chat reply must be an object with title, amount and link.");
  const { title, amount, link, button, note } = value;
  if (typeof link !== "string" || !/^https?:\/\//.test(link) || !URL.canParse(link)) {
    throw new Error("The link of a card must be an http or https address.");
  }
  return {
    title: readText(title),
    amount: readText(amount),
    link,
    ...(isBlank(button) ? {} : { button: readText(button) }),
    ...(isBlank(note) ? {} : { note: readText(note) }),
  };
}

function readButtons(value: unknown): readonly ReplyButton[] {
  if (!Array.isArray(value)) throw new Error("The buttons of a chat reply must be a list.");
  return value.slice(0, maxButtons).map((each: unknown) => {
    if (typeof each === "string") return { label: shorten(each) };
    if (!isRecord(each) || typeof each.label !== "string") throw new Error("Every button needs a label.");
    const { label, action } = each;
    if (!isBlank(action) && !isRecord(action)) throw new Error("The action of a button must be an object.");
    return { label: shorten(label as string), ...(isRecord(action) && { action }) };
  });
}

function shorten(text: string): string {
  const characters = [...text.trim()];
  return characters.length > maxTextLength ? `${characters.slice(0, maxTextLength - 1).join("")}…` : text.trim();
}

function isBlank(value: unknown): value is undefined | null | "" {
  return value === undefined || value === null || value === "";
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
