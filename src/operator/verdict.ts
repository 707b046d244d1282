import type { RequestHistory, RequestRow } from "../store/rows.ts";
import type { TimelineEntry } from "./timeline.ts";

export interface Verdict {
  readonly tone: TimelineEntry["tone"];
  readonly text: string;
}

/** What happened to this payment, in one sentence. */
export function verdictOf(history: RequestHistory): Verdict {
  const { request, messages, events, deliveries, refunds } = history;
  if (messages.some(({ state }) => state === "quarantined"))
    return { tone: "bad", text: "A message about it contradicts what Instamojo says and is quarantined." };
  if (refunds.some(({ stage }) => stage === "unknown"))
    return { tone: "bad", text: "A refund was sent and nobody can say whether it was booked." };
  if (deliveries.some(({ state }) => state === "parked"))
    return { tone: "bad", text: "An event is parked: a flow did not take it." };
  if (messages.some(({ state }) => state === "parked"))
    return { tone: "bad", text: "A webhook is parked: Instamojo never confirmed it within 72 hours." };
  const silent = events.find(
    (event) => event.unclaimed !== undefined && !deliveries.some(({ eventId }) => eventId === event.id),
  );
  if (silent) {
    const why = silent.unclaimed === "inactive" ? "the account was inactive" : "no flow listens";
    return { tone: "bad", text: `${silent.event.status}, but no flow started: ${why}.` };
  }
  if (deliveries.some(({ state }) => state === "waiting"))
    return { tone: "waiting", text: `${request.status}; an event is still on its way to a flow.` };
  if (messages.some(({ state }) => state === "waiting"))
    return { tone: "waiting", text: "A webhook came; Instamojo has not confirmed it yet." };
  switch (request.stage) {
    case "refused":
      return { tone: "bad", text: "Instamojo refused to make the link." };
    case "unknown":
    case "asking":
      return { tone: "waiting", text: "Nobody can say yet whether Instamojo made the link." };
    case "open":
      return statusVerdict(request);
  }
}

function statusVerdict({ status }: RequestRow): Verdict {
  switch (status) {
    case "Pending":
      return { tone: "waiting", text: "Waiting for the buyer to pay." };
    case "Processing":
      return { tone: "waiting", text: "The buyer is paying; Instamojo has not finished." };
    case "Failed":
      return { tone: "waiting", text: "An attempt failed; the link can still be paid." };
    case "Completed":
      return { tone: "good", text: "Paid, and every flow that listens has been told." };
    case "Refunded":
      return { tone: "good", text: "Refunded, and every flow that listens has been told." };
    case "Cancelled":
      return { tone: "plain", text: "The link is closed; nothing was paid." };
  }
}
