import type { RequestRow } from "../store/rows.ts";
import type { RequestAge } from "../store/sweep-rows.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Links are watched through the gateway's lists; one that can be paid is also read by itself this often. */
const ownReadMs = 30 * day;

const payable: readonly string[] = ["Pending", "Processing", "Failed"];

type Watched = Pick<RequestRow, "stage" | "status" | "createdAt" | "deadlineAt" | "closedFor" | "nextReadAt">;

/**
 * When a link is to be read by itself, on the gateway's clock, given when that was planned; null for never. What a list
 * or a webhook can tell needs no read of its own: this is for deadlines and for links that are being closed.
 */
export function nextReadAt(request: Watched): number | null {
  if (request.stage !== "open" || !payable.includes(request.status)) return null;
  if (request.closedFor !== null) return request.nextReadAt ?? request.deadlineAt ?? request.createdAt;
  return Math.min(request.nextReadAt ?? Number.MAX_SAFE_INTEGER, request.deadlineAt ?? request.createdAt + ownReadMs);
}

/** When a link is to be read by itself again, after a read at `now` (gateway time). */
export function nextReadAfter(request: Watched & Pick<RequestRow, "closedAt">, now: number): number | null {
  if (request.stage !== "open" || !payable.includes(request.status)) return null;
  if (request.closedFor !== null) return now + pace(now - (request.closedAt ?? now), 5 * second);
  if (request.deadlineAt !== null) return Math.max(request.deadlineAt, now + second);
  return now + ownReadMs;
}

/** When an open refund case is to be read next: soon at first, then ever more rarely, for as long as it is open. */
export function nextRefundReadAt(createdAt: number, now: number): number {
  return now + pace(now - createdAt, 2 * second);
}

/** When a payment that is not final is to be read next; null once nobody is going to finish it. */
export function nextPaymentReadAt(firstSeenAt: number, now: number): number | null {
  const age = now - firstSeenAt;
  if (age > 90 * day) return null;
  return age > 7 * day ? now + day : now + pace(age, 2 * second);
}

function pace(age: number, atFirst: number): number {
  if (age < 10 * minute) return atFirst;
  if (age < hour) return minute;
  return age < day ? 5 * minute : hour;
}

/**
 * How long after one look at the lists the next one is due: 2 s while a link younger than ten minutes cannot be told by
 * a webhook, 60 s while one younger than an hour is open, else 5 minutes. `latest` are the newest requests.
 */
export function sweepPauseMs(latest: readonly RequestAge[], now: number): number {
  const unfinished = latest.filter(({ stage }) => stage !== "refused");
  if (unfinished.some((request) => !request.hasWebhook && now - request.createdAt < 10 * minute)) return 2 * second;
  const isOpen = ({ stage, status }: RequestAge) => stage !== "open" || payable.includes(status);
  return unfinished.some((request) => isOpen(request) && now - request.createdAt < hour) ? minute : 5 * minute;
}
