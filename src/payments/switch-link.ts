import type { SwitchLinkInput, SwitchLinkOutput } from "../../schemas/switch-link.ts";
import type { PaymentStatus } from "../../schemas/payment-fields.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError, isFlowError } from "../runtime/errors.ts";
import { formatPaise, gatewayPaise } from "../runtime/money.ts";
import type { RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { type LinkCloser, unwritten } from "./close-link.ts";
import type { GatewayTime } from "./gateway-time.ts";
import { maskResponse } from "./mask-response.ts";
import { idOfUrl } from "./payment-facts.ts";
import type { Session } from "./sessions.ts";
import type { Settler } from "./settle.ts";

/** *Disable* and *Enable payment link*. Doing what is done already is no mistake. */
export interface LinkSwitch {
  disable(session: Session, input: SwitchLinkInput): Promise<SwitchLinkOutput>;
  enable(session: Session, input: SwitchLinkInput): Promise<SwitchLinkOutput>;
}

export interface LinkSwitchOptions {
  readonly store: Pick<Store, "requestById" | "requestByTag">;
  readonly closer: LinkCloser;
  readonly settler: Settler;
  readonly gatewayTime: Pick<GatewayTime, "now">;
  readonly clock: Clock;
}

export function createLinkSwitch({ store, closer, settler, gatewayTime, clock }: LinkSwitchOptions): LinkSwitch {
  const now = () => new Date(clock.now()).toISOString();

  /**
   * What the gateway says of the link before it is switched. Of a link of ours enough is known without it, and the
   * gateway may not show a new one yet.
   */
  async function look(session: Session, id: string): Promise<Target> {
    const account = { account: session.account.name, environment: session.environment };
    const row = await store.requestById(account, id);
    const read = session.gateway.getPaymentRequest(id);
    return { row, found: row ? await orNothing(read) : await read };
  }

  async function outputOf(session: Session, { row, found }: Target, disabled: boolean): Promise<SwitchLinkOutput> {
    const known = row && ((await store.requestByTag(row.tag)) ?? row);
    const paise = known?.amountPaise ?? gatewayPaise(found?.amount);
    if (paise === null) throw new FlowError("unreadable_reply", "Instamojo's amount of the link cannot be read.");
    const status = known?.status ?? statusOf(found);
    return {
      account: session.account.name,
      environment: session.environment,
      paymentRequestId: known?.paymentRequestId ?? found?.id ?? "",
      link: known?.link ?? found?.longurl ?? "",
      disabled,
      status,
      paid: status === "Completed" || status === "Refunded" || found?.status === "Completed",
      amount: formatPaise(paise),
      currency: "INR",
      purpose: (known?.input.purpose as string | undefined) ?? found?.purpose ?? null,
      reference: known?.reference ?? null,
      observedAt: now(),
      response: maskResponse(found ?? {}),
    };
  }

  return {
    async disable(session, input) {
      const id = idOf(input);
      const { row, found } = await look(session, id);
      if (!row) {
        await session.gateway.disablePaymentRequest(id);
        const after = await orNothing(session.gateway.getPaymentRequest(id));
        return outputOf(session, { row, found: after ?? found }, true);
      }
      const closed = await closer.shut(session, row, "disabled");
      // The link is disabled; where it cannot be read now, the watch over closed links goes on.
      const after = await orNothing(closer.end(session, closed, "action"));
      return outputOf(session, { row, found: after ?? found }, true);
    },

    async enable(session, input) {
      const id = idOf(input);
      const { row, found } = await look(session, id);
      await session.gateway.enablePaymentRequest(id);
      if (row) {
        const at = gatewayTime.now(row.account);
        await settler
          .settle(row.tag, { kind: "link-opened", at }, { source: "action", occurredAt: now(), raw: {} })
          .catch(unwritten("enabled"));
      }
      return outputOf(session, { row, found }, false);
    },
  };
}

interface Target {
  /** The ledger's row, where the link is one of ours. */
  readonly row: RequestRow | null;
  readonly found: PaymentRequest | null;
}

const idOf = (input: SwitchLinkInput): string => input.paymentRequestId ?? idOfUrl(input.link) ?? "";

/** Of a link that is not in the ledger only this much is certain; `Failed` of a request is about its mails. */
function statusOf(found: PaymentRequest | null): PaymentStatus {
  return found?.status === "Completed" ? "Completed" : "Pending";
}

/** What a read said, or nothing where the gateway did not answer it well; a fault of ours stays one. */
async function orNothing(read: Promise<PaymentRequest>): Promise<PaymentRequest | null> {
  return read.catch((thrown: unknown) => {
    if (isFlowError(thrown)) return null;
    throw thrown;
  });
}
