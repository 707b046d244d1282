import type { GetRefundStatusInput, GetRefundStatusOutput } from "../../schemas/get-refund-status.ts";
import type { RefundCase } from "../../schemas/wire/refund.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError } from "../runtime/errors.ts";
import { formatPaise, gatewayPaise } from "../runtime/money.ts";
import type { RefundRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { maskResponse } from "./mask-response.ts";
import { idOfUrl } from "./payment-facts.ts";
import type { RefundBook } from "./refund-book.ts";
import { listRefunds } from "./refund-cases.ts";
import type { Session } from "./sessions.ts";
import { refundExplanations, refundStateOf } from "./status-table.ts";

/** Reads for *Get refund status*: what the gateway says of the case, with what only the ledger knows beside it. */
export interface RefundReads {
  status(session: Session, input: GetRefundStatusInput): Promise<GetRefundStatusOutput>;
}

export interface RefundReadsOptions {
  readonly store: Pick<Store, "refundByTransaction" | "refundsOfPayment" | "requestByTag" | "changeRefund">;
  readonly book: Pick<RefundBook, "resolve">;
  readonly clock: Clock;
}

export function createRefundReads({ store, book, clock }: RefundReadsOptions): RefundReads {
  const accountOf = (session: Session) => ({ account: session.account.name, environment: session.environment });

  /** The refund of ours that a case belongs to, where there is one. */
  async function rowOfCase(session: Session, found: RefundCase): Promise<RefundRow | null> {
    const paymentId = idOfUrl(found.payment);
    if (paymentId === null) return null;
    const ours = await store.refundsOfPayment(accountOf(session), paymentId);
    return ours.find((refund) => refund.caseId === found.id) ?? null;
  }

  /** The case of a transaction id that the ledger does not know: from another system, or from the dashboard. */
  async function caseOfForeign(session: Session, transactionId: string): Promise<string> {
    const listed = await listRefunds(session.gateway, 0);
    const found = listed.find((row) => row.transactionId === transactionId && row.id !== null);
    if (found?.id) return found.id;
    const message = `Neither this installation nor Instamojo's list of refunds shows a refund with the id ${transactionId}.`;
    const remedy = "Check the id and the account, or fill in the refund id (C…) instead.";
    throw new FlowError("not_found", message, { remedy });
  }

  async function readCase(session: Session, caseId: string, ours: RefundRow | null): Promise<GetRefundStatusOutput> {
    const found = await session.gateway.getRefundCase(caseId);
    const row = ours ?? (await rowOfCase(session, found));
    const state = refundStateOf(found.resolution_status) ?? "unknown";
    // What this read is the first to see is told as an event at once.
    if (row && row.stage !== state && row.nextReadAt !== null) {
      await store.changeRefund(row, { nextReadAt: clock.now() });
    }
    return {
      ...(await fromLedger(session, row)),
      refundId: found.id,
      state,
      explanation: explanationOf(found),
      resolution: found.resolution_status,
      paymentId: idOfUrl(found.payment) ?? row?.paymentId ?? null,
      uniqueTransactionId: row?.transactionId ?? found.transaction_id ?? null,
      amount: formatPaise(amountOf(found, row)),
      issueType: found.type ?? null,
      createdAt: found.created_at ?? null,
      updatedAt: found.updated_at ?? null,
      response: maskResponse(found),
    };
  }

  /** What is known of a refund that has no case yet, or never had one. */
  async function withoutCase(session: Session, row: RefundRow): Promise<GetRefundStatusOutput> {
    if (row.stage === "refused") {
      const message = `Refund ${row.transactionId} was refused when it was asked for. Instamojo has no case for it, and no money goes back.`;
      throw new FlowError("not_found", message, { remedy: "Look at why Create refund was refused, then ask anew." });
    }
    return {
      ...(await fromLedger(session, row)),
      refundId: null,
      state: "unknown",
      explanation: refundExplanations.unknown,
      resolution: null,
      paymentId: row.paymentId,
      uniqueTransactionId: row.transactionId,
      amount: formatPaise(row.amountPaise),
      issueType: (row.input.issueType as string | undefined) ?? null,
      createdAt: new Date(row.createdAt).toISOString(),
      updatedAt: null,
      response: {},
    };
  }

  async function fromLedger({ account, environment }: Session, row: RefundRow | null) {
    const request = row?.tag ? await store.requestByTag(row.tag) : null;
    return {
      account: account.name,
      environment,
      paymentRequestId: row?.paymentRequestId ?? null,
      reference: request?.reference ?? null,
      currency: "INR",
      observedAt: new Date(clock.now()).toISOString(),
    } as const;
  }

  return {
    async status(session, { refundId, uniqueTransactionId: id }) {
      if (refundId !== undefined || id === undefined) return readCase(session, refundId ?? "", null);
      const row = await store.refundByTransaction(accountOf(session), id);
      if (!row) return readCase(session, await caseOfForeign(session, id), null);
      // A send that is under way books its case itself.
      const known = row.stage === "unknown" ? ((await book.resolve(session, row)) ?? row) : row;
      return known.caseId === null ? withoutCase(session, known) : readCase(session, known.caseId, known);
    },
  };
}

function explanationOf({ resolution_status: resolution }: RefundCase): string {
  const state = refundStateOf(resolution);
  if (state !== null) return refundExplanations[state];
  return `Instamojo ended the case with ${resolution}, which is not documented. Look at it in the Instamojo dashboard.`;
}

function amountOf(found: RefundCase, row: RefundRow | null): number {
  const paise = gatewayPaise(found.refund_amount) ?? row?.amountPaise;
  if (paise === undefined) throw new FlowError("unreadable_reply", "Instamojo's amount of the refund cannot be read.");
  return paise;
}
