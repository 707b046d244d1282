import type { Payments } from "../payments/payments.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError, invalidInput } from "../runtime/errors.ts";
import type { RefundRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** What an operator may do, by name. Arguments come unchecked; each says who decides (`by`) and why (`reason`). */
export type OperatorCommands = Readonly<Record<OperatorCommand, (args: Arguments) => Promise<unknown>>>;

/** The closed list of them. */
export const operatorCommands = ["redeliver", "resolve", "accept", "dismiss", "recheck", "forget"] as const;
export type OperatorCommand = (typeof operatorCommands)[number];

export interface OperatorCommandOptions {
  readonly store: Pick<Store, "eventById" | "recordDecision" | "held">;
  readonly payments: Pick<Payments, "deliveries" | "quarantine" | "resolveRefund" | "forget">;
  readonly clock: Clock;
}

/** Longest name and reason that are kept. */
const maxText = 500;

export function createOperatorCommands({ store, payments, clock }: OperatorCommandOptions): OperatorCommands {
  return {
    async redeliver(args) {
      const eventId = required(args, "eventId");
      const decision = decisionOf(args, { isReasonNeeded: false });
      const takers = await payments.deliveries.redeliver(eventId);
      const tag = (await store.eventById(eventId))?.tag ?? null;
      await store.recordDecision({ at: clock.now(), ...decision, action: "redeliver", subject: eventId, tag });
      return { eventId, takers };
    },

    async resolve(args) {
      const transactionId = required(args, "transactionId");
      const decision = decisionOf(args, { isReasonNeeded: true });
      const outcome = required(args, "outcome");
      if (outcome !== "booked" && outcome !== "not-booked") throw badField("outcome", "booked or not-booked");
      const caseId = outcome === "booked" ? required(args, "caseId") : null;
      if (caseId !== null && !/^[A-Za-z0-9]{2,40}$/.test(caseId)) throw badField("caseId", "the id of a refund case");
      const refund = await unknownRefund(transactionId, args);
      const { account, environment } = refund;
      await payments.resolveRefund({ account, environment, transactionId, caseId, ...decision });
      return { transactionId, account, outcome };
    },

    async accept(args) {
      const messageId = required(args, "messageId");
      await payments.quarantine.accept(messageId, decisionOf(args, { isReasonNeeded: true }));
      return { messageId };
    },

    async dismiss(args) {
      const messageId = required(args, "messageId");
      await payments.quarantine.dismiss(messageId, decisionOf(args, { isReasonNeeded: true }));
      return { messageId };
    },

    async recheck(args) {
      const messageId = required(args, "messageId");
      await payments.quarantine.recheck(messageId);
      return { messageId };
    },

    async forget(args) {
      const id = required(args, "id");
      const requests = await payments.forget(id, decisionOf(args, { isReasonNeeded: false }));
      return { id, requests };
    },
  };

  /** The one refund of this id that waits to be resolved, in the account that is named if one is. */
  async function unknownRefund(transactionId: string, args: Arguments): Promise<RefundRow> {
    const account = text(args, "account");
    const environment = text(args, "environment");
    const found = (await store.held(1_000)).refunds.filter(
      (refund) =>
        refund.transactionId === transactionId &&
        (account === "" || refund.account === account) &&
        (environment === "" || refund.environment === environment),
    );
    if (found.length === 1) return found[0] as RefundRow;
    const problem =
      found.length === 0
        ? `No refund ${JSON.stringify(transactionId)} waits to be resolved.`
        : `Several accounts have an unresolved refund ${JSON.stringify(transactionId)}.`;
    const remedy = found.length === 0 ? "Look at the list of what waits for you." : "Name the account too.";
    throw new FlowError("invalid_input", problem, { remedy });
  }
}

function decisionOf(args: Arguments, { isReasonNeeded }: { readonly isReasonNeeded: boolean }) {
  return { by: required(args, "by"), reason: isReasonNeeded ? required(args, "reason") : text(args, "reason") };
}

function required(args: Arguments, field: string): string {
  const value = text(args, field);
  if (value === "") throw badField(field, "given");
  return value;
}

/** One line of text without what could be taken for another line. */
function text(args: Arguments, field: string): string {
  const value = Object.hasOwn(args, field) ? args[field] : undefined;
  return typeof value === "string"
    ? value
        .replace(/\p{Cc}+/gu, " ")
        .trim()
        .slice(0, maxText)
    : "";
}

const titles: Readonly<Record<string, string>> = {
  by: "Your name",
  reason: "The reason",
  eventId: "The event",
  messageId: "The message",
  id: "The id",
  transactionId: "The refund",
  outcome: "The outcome",
  caseId: "The case id",
};

function badField(field: string, rule: string): FlowError {
  const message = `${titles[field] ?? field} must be ${rule}.`;
  return invalidInput([{ field, rule, message, remedy: "Fill it in and try again." }]);
}
