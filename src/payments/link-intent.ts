import type { GeneratePaymentLinkInput } from "../../schemas/generate-payment-link.ts";
import { FlowError } from "../runtime/errors.ts";
import { parsePaise } from "../runtime/money.ts";
import type { RequestRow } from "../store/rows.ts";
import type { WaitWithMessage } from "../store/wait-rows.ts";
import type { LinkAddresses } from "./link-addresses.ts";
import type { Session } from "./sessions.ts";

/** What one run asks for. */
export interface Asked {
  readonly input: GeneratePaymentLinkInput;
  readonly wait?: NewWait;
  /** Tag of the link that this one is made in place of, because nobody knows whether that one exists. */
  readonly replaces?: string;
}

/** The wait that is stored with a link, but for what only the link can say. */
export interface NewWait extends Pick<WaitWithMessage, "takerId" | "startsEventFlows" | "message"> {
  /** Called with the tag of the link before the ledger knows that this run waits for it. */
  onTag(tag: string): void;
}

/** The row of a wait; `error` where the run has gone on already, without the link. */
export function waitFor(
  { tag }: Pick<RequestRow, "tag">,
  wait: NewWait,
  ending: "error" | null = null,
): WaitWithMessage {
  const { takerId, startsEventFlows, message } = wait;
  return { tag, takerId, startsEventFlows, ending, eventId: null, message };
}

export interface IntentOptions {
  readonly session: Session;
  readonly correlation: unknown;
  readonly key: string;
  readonly tag: string;
  /** Tag of the link that it is made in place of. */
  readonly replaces?: string | undefined;
  readonly input: GeneratePaymentLinkInput;
  readonly addresses: LinkAddresses;
  readonly now: number;
}

/** The row of a link before the gateway is asked for it. */
export function linkIntent(options: IntentOptions): RequestRow {
  const { session, correlation, key, tag, replaces, input, addresses, now } = options;
  return {
    tag,
    account: session.account.name,
    environment: session.environment,
    generation: session.row.generation,
    key,
    isCurrent: true,
    ...(replaces === undefined ? {} : { replaces }),
    input,
    reference: input.reference ?? null,
    correlation: correlation ?? null,
    amountPaise: parsePaise(input.amount) as number,
    stage: "asking",
    paymentRequestId: null,
    link: null,
    response: null,
    status: "Pending",
    sequence: 0,
    deadlineAt: input.expiresAfter === undefined ? null : now + input.expiresAfter * 60_000,
    closedFor: null,
    hasWebhook: addresses.webhook !== undefined,
    createdAt: now,
    nextReadAt: null,
    version: 1,
  };
}

/** What can still be compared with an input that was forgotten. */
export function withoutPersonal(input: GeneratePaymentLinkInput): Record<string, unknown> {
  const { customerName: _name, customerEmail: _email, customerMobileNumber: _phone, ...rest } = input;
  return rest;
}

/** The refusal of a key that stands for something else already. */
export function keyReused(input: GeneratePaymentLinkInput, field: string): FlowError {
  const name = input.reference === undefined ? "This key" : `The reference ${JSON.stringify(input.reference)}`;
  return new FlowError("operation_key_reused", `${name} was used before with another value of ${field}.`);
}
