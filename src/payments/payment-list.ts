import {
  type ListedPayment,
  type ListedStatus,
  type ListPaymentsInput,
  type ListPaymentsOutput,
  maxPagesPerRun,
} from "../../schemas/list-payments.ts";
import type { Payment } from "../../schemas/wire/payment.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError } from "../runtime/errors.ts";
import { formatPaise, gatewayPaise } from "../runtime/money.ts";
import type { Store } from "../store/store.ts";
import { maskResponse } from "./mask-response.ts";
import { idOfUrl } from "./payment-facts.ts";
import { type PaymentFilter, paymentFilter } from "./payment-filter.ts";
import type { Session } from "./sessions.ts";
import { paymentStateOf, statusOfPayment } from "./status-table.ts";

/** Reads for *List payments*. */
export type ListPayments = (session: Session, input: ListPaymentsInput) => Promise<ListPaymentsOutput>;

export function createListPayments({
  store,
  clock,
}: {
  readonly store: Pick<Store, "requestById">;
  readonly clock: Clock;
}): ListPayments {
  async function referencesOf(session: Session, payments: readonly Payment[]): Promise<ReadonlyMap<string, string>> {
    const account = { account: session.account.name, environment: session.environment };
    const ids = [...new Set(payments.map((payment) => idOfUrl(payment.payment_request)))].filter((id) => id !== null);
    const rows = await Promise.all(ids.map((id) => store.requestById(account, id)));
    return new Map(
      rows.flatMap((row) => (row?.paymentRequestId && row.reference ? [[row.paymentRequestId, row.reference]] : [])),
    );
  }

  return async (session, input) => {
    const found = await readList(session, input, paymentFilter(input));
    const references = await referencesOf(session, found.payments);
    return {
      account: session.account.name,
      environment: session.environment,
      payments: found.payments.map((payment) => listed(payment, references)),
      count: found.payments.length,
      hasMore: found.nextPage !== null,
      nextPage: found.nextPage,
      pagesRead: found.pagesRead,
      observedAt: new Date(clock.now()).toISOString(),
      response: maskResponse(found.reply),
    };
  };
}

interface Found {
  readonly payments: readonly Payment[];
  readonly nextPage: number | null;
  readonly pagesRead: number;
  /** The last page that counts. */
  readonly reply: object;
}

/**
 * Reads the gateway's list from a page on until enough payments fit, the list ends or is too old, or ten pages were
 * read. A page that would be too much is left to the next run as a whole, so that no payment is lost between two.
 */
async function readList({ gateway }: Session, input: ListPaymentsInput, filter: PaymentFilter): Promise<Found> {
  const { page: first, pageSize: limit } = input;
  const payments: Payment[] = [];
  let reply: object = {};
  for (let page = first; page < first + maxPagesPerRun; page += 1) {
    const list = await gateway.listPayments({ page, limit });
    const pagesRead = page - first + 1;
    const fitting = list.payments.filter((payment) => filter.fits(payment));
    if (payments.length + fitting.length > limit && page > first) return { payments, nextPage: page, pagesRead, reply };
    payments.push(...fitting);
    reply = list;
    // The key is not documented: a list that names no next page and fills this one may go on.
    const isLast = list.next === null || (list.next === undefined && list.payments.length < limit);
    if (isLast || list.payments.length === 0 || filter.endsWith(list.payments)) {
      return { payments, nextPage: null, pagesRead, reply };
    }
    if (!filter.isSet || payments.length === limit) return { payments, nextPage: page + 1, pagesRead, reply };
  }
  return { payments, nextPage: first + maxPagesPerRun, pagesRead: maxPagesPerRun, reply };
}

function listed(payment: Payment, references: ReadonlyMap<string, string>): ListedPayment {
  const paise = gatewayPaise(payment.amount);
  if (paise === null) throw new FlowError("unreadable_reply", `Instamojo's amount of ${payment.id} cannot be read.`);
  const paymentRequestId = idOfUrl(payment.payment_request);
  return {
    paymentId: payment.id,
    status: statusOfPayment[paymentStateOf(payment.status)] as ListedStatus,
    amount: formatPaise(paise),
    currency: "INR",
    fees: payment.fees ?? null,
    purpose: payment.title ?? null,
    customer: { name: payment.name ?? null, email: payment.email ?? null, mobileNumber: payment.phone ?? null },
    paymentRequestId,
    reference: (paymentRequestId && references.get(paymentRequestId)) ?? null,
    failureMessage: payment.failure?.message ?? null,
    createdAt: payment.created_at ?? null,
  };
}
