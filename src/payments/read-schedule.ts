import type { RequestRow } from "../store/rows.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A paid or closed link is still looked at for this long: a second or late payment must be told. */
const watchSettledMs = 7 * day;

/**
 * When the gateway is to be asked about a link next, or null for never. Without a webhook the read is the only way to
 * learn of a payment, so a young link is read every two seconds; with one it is the safety net.
 */
export function nextReadAt(
  request: Pick<RequestRow, "stage" | "status" | "createdAt" | "deadlineAt" | "closedFor" | "hasWebhook">,
  now: number,
): number | null {
  const age = now - request.createdAt;
  if (request.stage === "asking" || request.stage === "unknown") {
    return age > watchSettledMs ? null : now + searchDelay(age);
  }
  if (request.stage !== "open") return null;
  if (request.status === "Completed" || request.status === "Refunded" || request.status === "Cancelled") {
    return age > watchSettledMs ? null : now + (age < hour ? minute : hour);
  }
  const next = now + pollDelay(age, request.hasWebhook);
  const isDeadlineAhead = request.deadlineAt !== null && request.closedFor === null && request.deadlineAt > now;
  return isDeadlineAhead ? Math.min(next, request.deadlineAt as number) : next;
}

/** A link that nobody answered for is looked for in the gateway's lists, soon at first. */
function searchDelay(age: number): number {
  if (age < 10 * minute) return 10 * second;
  if (age < hour) return minute;
  return age < day ? 5 * minute : hour;
}

function pollDelay(age: number, hasWebhook: boolean): number {
  if (age < 10 * minute && !hasWebhook) return 2 * second;
  if (age < hour) return minute;
  return age < watchSettledMs ? 5 * minute : hour;
}

/** When an open refund case is to be read next: soon at first, then ever more rarely, for as long as it is open. */
export function nextRefundReadAt(createdAt: number, now: number): number {
  const age = now - createdAt;
  if (age < 10 * minute) return now + 2 * second;
  if (age < hour) return now + minute;
  return now + (age < day ? 5 * minute : hour);
}
