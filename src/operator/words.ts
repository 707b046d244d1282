import type { EventReason, EventSource, PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { DecisionRow, RefundStage } from "../store/rows.ts";

/** What the operator reads, in plain words. */

type Told = Pick<PaymentStatusEvent, "status" | "reason" | "amount" | "refund" | "failure">;

/** What an event says. */
export function eventWords({ status, reason, amount, refund, failure }: Told): string {
  switch (status) {
    case "Pending":
      return "Link made";
    case "Processing":
      return "The buyer is paying";
    case "Failed":
      return `An attempt to pay failed${failure?.message ? `: ${failure.message}` : ""}`;
    case "Refunded":
      return `Refunded ₹${refund?.amount ?? amount}${reason === "partial" ? ", a part of the payment" : ""}`;
    case "Cancelled":
      return reason === "expired" ? "Link closed: its time was up" : "Link closed";
    case "Completed":
      return `${completedWords[reason ?? ""] ?? "Paid"}${reason?.startsWith("refund-") ? "" : ` ₹${amount}`}`;
  }
}

const completedWords: Readonly<Partial<Record<EventReason | "", string>>> = {
  late: "Paid after the link was closed:",
  duplicate: "Paid a second time:",
  overpaid: "Paid more than was asked for:",
  accepted: "Accepted as paid by an operator:",
  "refund-requested": "Refund booked at Instamojo",
  "refund-in-review": "Refund under review at Instamojo",
  "refund-denied": "Refund denied by Instamojo",
  "refund-withdrawn": "Refund withdrawn",
  "refund-closed": "Refund case closed",
};

/** How we learned of an event. */
export const sourceWords: Readonly<Record<EventSource, string>> = {
  webhook: "told by a webhook and confirmed by asking Instamojo",
  return: "the buyer came back; confirmed by asking Instamojo",
  poll: "found by asking Instamojo",
  action: "done by a flow here",
  sample: "a sample",
};

/** What a refund waits for. */
export const refundWords: Readonly<Record<RefundStage, string>> = {
  asking: "being sent to Instamojo",
  unknown: "was sent, and nobody can say whether Instamojo booked it; its amount stays reserved",
  refused: "was refused: nothing went back",
  requested: "is booked at Instamojo and waits for its review",
  "in-review": "is under review at Instamojo",
  refunded: "is done",
  denied: "was denied by Instamojo",
  withdrawn: "was withdrawn",
  closed: "case was closed",
};

/** Why a message is where it is: the field that differs, or the code of the last read. */
export function causeWords(cause: string | undefined): string {
  return cause ? cause.replace(/[-_]/g, " ") : "";
}

/** What a person did, or an agent. */
export function decisionWords({ action, subject, outcome }: DecisionRow): string {
  switch (action) {
    case "redeliver":
      return "sent the event once more";
    case "accept":
      return "accepted the quarantined message";
    case "dismiss":
      return "dismissed the message";
    case "forget":
      return "erased the personal data";
    case "call":
      return `called ${subject}: ${causeWords(outcome)}`;
    case "resolve":
      return outcome === "not-booked"
        ? `decided that refund ${subject} was not booked`
        : `decided that refund ${subject} was booked as case ${outcome}`;
  }
}
