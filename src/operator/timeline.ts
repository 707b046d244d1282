import { formatPaise } from "../runtime/money.ts";
import type { DeliveryRow, EventRow, MessageRow, RefundRow, RequestHistory, RequestRow } from "../store/rows.ts";
import { causeWords, decisionWords, eventWords, refundWords, sourceWords } from "./words.ts";

/** One line of the story of a payment. */
export interface TimelineEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly tone: "plain" | "good" | "bad" | "waiting";
  readonly title: string;
  readonly detail: string;
  /** What a person may decide here. */
  readonly offer?: Offer;
}

export type Offer =
  | { readonly command: "redeliver"; readonly eventId: string }
  | { readonly command: "judge"; readonly messageId: string; readonly isQuarantined: boolean }
  | {
      readonly command: "resolve";
      readonly account: string;
      readonly environment: string;
      readonly transactionId: string;
    };

/** Names a receiver of events for people; its id where nothing better is known. */
export type NameTaker = (id: string) => string;

/** The story of one payment request from asked to delivered, the oldest first. */
export function timelineOf(history: RequestHistory, nameTaker: NameTaker = (id) => id): readonly TimelineEntry[] {
  const deliveriesOf = (event: EventRow) => history.deliveries.filter(({ eventId }) => eventId === event.id);
  const entries = [
    asked(history.request),
    ...history.messages.flatMap(messageEntries),
    ...history.refunds.map(refundEntry),
    ...history.events.flatMap((event) => [
      told(event),
      ...deliveryEntries(event, deliveriesOf(event), history, nameTaker),
    ]),
    ...history.decisions.map(
      (decision): TimelineEntry => ({
        at: decision.at,
        tone: "plain",
        title: `${decision.by} ${decisionWords(decision)}`,
        detail: decision.reason,
      }),
    ),
  ];
  return entries
    .map((entry, place) => ({ entry, place }))
    .sort((one, other) => one.entry.at - other.entry.at || one.place - other.place)
    .map(({ entry }) => entry);
}

function asked(request: RequestRow): TimelineEntry {
  const what = `Link over ₹${formatPaise(request.amountPaise)} asked for`;
  const entry = { at: request.createdAt, title: what };
  switch (request.stage) {
    case "open":
      return { ...entry, tone: "plain", detail: String(request.input.purpose ?? "") };
    case "refused":
      return { ...entry, tone: "bad", detail: "Instamojo refused: there is no link." };
    case "asking":
      return { ...entry, tone: "waiting", detail: "Instamojo has not answered yet." };
    case "unknown":
      return {
        ...entry,
        tone: "waiting",
        detail: "The answer never came. If Instamojo made the link, it is found again by its tag.",
      };
  }
}

const messageNames: Readonly<Record<MessageRow["source"], string>> = {
  webhook: "Webhook received",
  return: "The buyer came back",
  poll: "Asking Instamojo showed a payment that does not fit",
};

function messageEntries(message: MessageRow): readonly TimelineEntry[] {
  const received: TimelineEntry = {
    at: message.receivedAt,
    tone: "plain",
    title: messageNames[message.source],
    detail: "",
  };
  const at = message.settledAt ?? message.receivedAt;
  const judge = (isQuarantined: boolean): Offer => ({ command: "judge", messageId: message.id, isQuarantined });
  const cause = causeWords(message.cause);
  switch (message.state) {
    case "done":
      return [message.cause === "not-ours" ? { ...received, detail: "It is about no link of ours." } : received];
    case "dismissed":
      return [
        { ...received, detail: `It was dismissed${cause ? `: ${cause} differs from what Instamojo says` : ""}.` },
      ];
    case "waiting":
      return [
        received,
        {
          at,
          tone: "waiting",
          title: "Waiting for Instamojo to confirm",
          detail: `Asked ${times(message.attempts)}${cause ? ` (${cause})` : ""}; asked again ${instant(message.nextAt)}.`,
        },
      ];
    case "parked":
      return [
        received,
        {
          at,
          tone: "bad",
          title: "Parked: Instamojo never confirmed it",
          detail: `Asked ${times(message.attempts)}${cause ? `, last answer: ${cause}` : ""}. It starts nothing.`,
          offer: judge(false),
        },
      ];
    case "quarantined":
      return [
        received,
        {
          at,
          tone: "bad",
          title: `Quarantined: ${cause ? `${cause} differs` : "it differs"} from what Instamojo says`,
          detail: "It starts nothing until somebody accepts or dismisses it.",
          offer: judge(true),
        },
      ];
  }
}

function told({ event, createdAt }: EventRow): TimelineEntry {
  const isBad = event.status === "Failed" || event.reason === "duplicate" || event.reason === "refund-denied";
  const isGood = event.status === "Completed" || event.status === "Refunded";
  const at = createdAt ?? Date.parse(event.observedAt);
  const isLater = at - Date.parse(event.occurredAt) > 60_000;
  return {
    at,
    tone: isBad ? "bad" : isGood ? "good" : "plain",
    title: eventWords(event),
    detail: `${sourceWords[event.source]}${event.paymentId ? `, payment ${event.paymentId}` : ""}${isLater ? `; it happened ${instant(Date.parse(event.occurredAt))}` : ""}`,
  };
}

function deliveryEntries(
  { id, event, createdAt, unclaimed }: EventRow,
  deliveries: readonly DeliveryRow[],
  history: RequestHistory,
  nameTaker: NameTaker,
): readonly TimelineEntry[] {
  const at = createdAt ?? Date.parse(event.observedAt);
  const offer: Offer = { command: "redeliver", eventId: id };
  if (deliveries.length > 0) return deliveries.map((delivery) => deliveryEntry(delivery, { at, history, nameTaker }));
  if (unclaimed === undefined) return [];
  const title =
    unclaimed === "inactive" ? "No flow started: the account was inactive" : "No flow started: no flow listens";
  return [{ at, tone: "bad", title, detail: `Event ${event.status} is kept.`, offer }];
}

function deliveryEntry(
  delivery: DeliveryRow,
  { at, history, nameTaker }: { readonly at: number; readonly history: RequestHistory; readonly nameTaker: NameTaker },
): TimelineEntry {
  const { attempts, cause, settledAt, eventId, takerId } = delivery;
  const name = nameTaker(takerId);
  const offer: Offer = { command: "redeliver", eventId };
  const why = cause ? ` (${causeWords(cause)})` : "";
  if (delivery.state === "taken") {
    return { at: settledAt ?? at, tone: "good", title: `Delivered to ${name}`, detail: "", offer };
  }
  if (delivery.state === "parked") {
    const title = `Parked: ${name} did not take it`;
    return { at: settledAt ?? at, tone: "bad", title, detail: `Tried ${times(attempts)}${why}.`, offer };
  }
  const isHeld = history.deliveries.some(
    (other) => other.takerId === takerId && other.sequence < delivery.sequence && other.state !== "taken",
  );
  if (isHeld) {
    return { at, tone: "waiting", title: `Held for ${name}`, detail: "An earlier event must be taken first." };
  }
  if (attempts === 0)
    return { at, tone: "waiting", title: `On its way to ${name}`, detail: "Waiting for the flow to listen." };
  const title = `${name} did not take it yet`;
  return {
    at,
    tone: "waiting",
    title,
    detail: `Tried ${times(attempts)}${why}; tried again ${instant(delivery.nextAt)}.`,
    offer,
  };
}

function refundEntry(refund: RefundRow): TimelineEntry {
  const { account, environment, transactionId, stage } = refund;
  const isOpen = stage === "unknown" || stage === "asking" || stage === "requested" || stage === "in-review";
  return {
    at: refund.createdAt,
    tone: stage === "unknown" || stage === "refused" || stage === "denied" ? "bad" : isOpen ? "waiting" : "plain",
    title: `Refund of ₹${formatPaise(refund.amountPaise)} asked for`,
    detail: `Refund ${transactionId}${refund.caseId ? ` (case ${refund.caseId})` : ""} ${refundWords[stage]}.`,
    ...(stage === "unknown" ? { offer: { command: "resolve", account, environment, transactionId } } : {}),
  };
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** Pages show it in the reader's own time; see the mark. */
function instant(at: number): string {
  return new Date(at).toISOString();
}
