import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { EventSource } from "../../schemas/payment-status.ts";
import { FlowError } from "../runtime/errors.ts";
import type { RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { Confirmer } from "./confirm.ts";
import type { GatewayTime } from "./gateway-time.ts";
import type { Session } from "./sessions.ts";
import type { Settler } from "./settle.ts";

/** Closes links of ours, and tells *Cancelled* once nothing can have been paid before. */
export interface LinkCloser {
  /**
   * Has the gateway disable the link and remembers why; from then on the link is read until its end is certain. What is
   * remembered of an earlier closing stays.
   * @throws {FlowError} `link_switch_refused` where the account may not do that, or what the call throws
   */
  shut(session: Session, request: RequestRow, reason: "expired" | "disabled"): Promise<RequestRow>;
  /**
   * Reads a link that was shut. Cancelled is said only by a read that shows the link's own closing, or made so long
   * after it that the gateway hides nothing any more, and only when nothing is paid and nothing unfinished.
   */
  end(session: Session, closed: RequestRow, source: EventSource): Promise<PaymentRequest>;
}

export interface LinkCloserOptions {
  readonly store: Pick<Store, "requestByTag" | "snapshot" | "commit">;
  readonly confirmer: Pick<Confirmer, "confirmRequest">;
  readonly settler: Settler;
  readonly gatewayTime: Pick<GatewayTime, "now">;
}

/** By how much our estimate of the gateway's clock may be ahead of its own stamps. */
const clockSlackMs = 1_500;
/** After so long the gateway's reads show what happened; two minutes have been seen. */
const hiddenMs = 150_000;
/** How often a change is taken anew when another one of the same link came between. */
const maxRounds = 20;

export function createLinkCloser({ store, confirmer, settler, gatewayTime }: LinkCloserOptions): LinkCloser {
  async function remember(request: RequestRow, closing: Pick<RequestRow, "closedFor" | "closedAt">) {
    for (let round = 0; round < maxRounds; round += 1) {
      const known = (await store.requestByTag(request.tag)) ?? request;
      if (known.closedFor !== null) return known;
      // Read until its end is certain, whatever was planned.
      const closed = { ...known, ...closing, nextReadAt: closing.closedAt ?? null, version: known.version + 1 };
      if (await store.commit({ request: closed })) return closed;
    }
    throw new FlowError("store_unavailable", "Too many changes of one link came at the same time.");
  }

  /** Whether the read shows everything that was paid before the link was closed. */
  function showsItsEnd(found: PaymentRequest, { account, closedAt }: RequestRow): boolean {
    const now = gatewayTime.now(account);
    const since = closedAt ?? now;
    return Date.parse(found.modified_at ?? "") >= since - clockSlackMs || now - since >= hiddenMs;
  }

  return {
    async shut(session, request, reason) {
      // What the gateway stamps later than that is about a closed link.
      const closedAt = gatewayTime.now(request.account);
      await session.gateway.disablePaymentRequest(request.paymentRequestId as string);
      return remember(request, { closedFor: reason, closedAt }).catch(unwritten("disabled"));
    },

    async end(session, closed, source) {
      const found = await confirmer.confirmRequest(session, closed, source);
      const { payments = [], request = closed } = (await store.snapshot(closed.tag)) ?? {};
      const isPaid = found.status === "Completed" || found.payments.length > payments.length;
      const isUnfinished = payments.some((payment) => payment.state !== "failed");
      // It may have been opened again meanwhile.
      if (isPaid || isUnfinished || request.closedFor === null || !showsItsEnd(found, closed)) return found;
      await settler.settle(
        closed.tag,
        { kind: "link-closed", reason: request.closedFor },
        { source, occurredAt: new Date(gatewayTime.now(closed.account)).toISOString(), raw: {} },
      );
      return found;
    },
  };
}

/** The gateway did it, which a ledger that cannot be written now does not undo. */
export function unwritten(done: "disabled" | "enabled"): (cause: unknown) => never {
  return (cause) => {
    throw new FlowError("store_unavailable", `The link was ${done}, but the ledger could not be written.`, {
      outcome: "applied",
      remedy: "Run the node again, which changes nothing at Instamojo; if it stays, look at the disk of the ledger.",
      cause,
    });
  };
}
