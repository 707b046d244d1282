import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Clock } from "../runtime/clock.ts";
import type { RequestRow } from "../store/rows.ts";
import type { GatewayTime } from "./gateway-time.ts";

/** Whose time a deadline runs on. */
export interface DeadlineClocks {
  readonly clock: Clock;
  /** The gateway's clock; ours where it is left out. */
  readonly gatewayTime?: Pick<GatewayTime, "now" | "isKnown" | "observe"> | undefined;
}

/** How far a link's own stamp may be from the time now, in milliseconds: a day. */
const longestOffset = 86_400_000;

/** When a link closes, in milliseconds since the epoch, counted from when the gateway says that it was made; null for never. */
export function linkDeadline(
  request: RequestRow,
  reply: PaymentRequest,
  { clock, gatewayTime }: DeadlineClocks,
): number | null {
  if (request.deadlineAt === null) return null;
  const madeAt = Date.parse(reply.created_at ?? "");
  const isKnown = gatewayTime?.isKnown(request.account) === true;
  const asksAgainst = isKnown ? gatewayTime.now(request.account) : clock.now();
  // A stamp that far off is no time of this link.
  if (!(Math.abs(madeAt - asksAgainst) < longestOffset)) return request.deadlineAt;
  if (!isKnown) gatewayTime?.observe(request.account, madeAt, clock.now());
  return madeAt + Number(request.input.expiresAfter) * 60_000;
}
