import type { ListPaymentsInput } from "../../schemas/list-payments.ts";
import type { Payment } from "../../schemas/wire/payment.ts";
import { type FieldError, invalidInput } from "../runtime/errors.ts";
import { idOfUrl } from "./payment-facts.ts";
import { paymentStateOf, statusOfPayment } from "./status-table.ts";

/** Which payments of the gateway's list an author wants. */
export interface PaymentFilter {
  /** Whether anything is asked for; without it every payment fits. */
  readonly isSet: boolean;
  fits(payment: Payment): boolean;
  /** Whether what follows this page of a list is too old, as far as the page shows that the newest come first. */
  endsWith(page: readonly Payment[]): boolean;
}

/** Indian time; it has no summer time. */
const offset = "+05:30";
const dayMs = 86_400_000;
/** A page of fewer rows may come in the order of their changes by chance. */
const tellingRows = 10;

/** @throws {FlowError} `invalid_input` for days that do not exist, or that leave nothing between them */
export function paymentFilter(input: ListPaymentsInput): PaymentFilter {
  const from = startOf("from", input.from);
  const to = startOf("to", input.to);
  // A day counts to its end; a time of day is what it is.
  const until = to !== null && input.to?.length === 10 ? to + dayMs - 1 : to;
  if (from !== null && until !== null && from > until) throw refused("to", "not before From");
  const buyer = input.buyer === undefined ? null : plain(input.buyer);
  const { status, paymentRequestId } = input;

  return {
    isSet: [status, input.from, input.to, buyer, paymentRequestId].some((value) => value != null),
    fits(payment) {
      const createdAt = Date.parse(payment.created_at ?? "");
      return (
        (status === undefined || statusOfPayment[paymentStateOf(payment.status)] === status) &&
        (from === null || createdAt >= from) &&
        (until === null || createdAt <= until) &&
        (paymentRequestId === undefined || idOfUrl(payment.payment_request) === paymentRequestId) &&
        (buyer === null || namesOf(payment).some((name) => plain(name).includes(buyer)))
      );
    },
    endsWith(page) {
      if (from === null || page.length < tellingRows) return false;
      // The last change is never before the beginning, so this holds whichever of the two the list is sorted by.
      const changes = page.map((payment) => Date.parse(payment.updated_at ?? payment.created_at ?? ""));
      const [first, last] = [changes[0] as number, changes.at(-1) as number];
      const falls = changes.every((change, index) => index === 0 || (changes[index - 1] as number) >= change);
      return falls && first > last && last < from;
    },
  };
}

function namesOf({ name, email, phone }: Payment): readonly string[] {
  return [name, email, phone].filter((text): text is string => typeof text === "string");
}

/** As people type it: upper and lower case, spaces and dashes do not count. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[\s-]+/g, "");
}

function startOf(field: "from" | "to", text: string | undefined): number | null {
  if (text === undefined) return null;
  const isDay = text.length === 10;
  const at = Date.parse(isDay ? `${text}T00:00:00${offset}` : text);
  // Some days that do not exist are read as days of the next month.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(at) || Number.isNaN(day.getTime()) || day.getUTCDate() !== Number(text.slice(8, 10)))
    throw refused(field, "a day that exists");
  return at;
}

function refused(field: "from" | "to", rule: string): Error {
  const title = field === "from" ? "From" : "To";
  const error: FieldError = {
    field,
    rule,
    message: `${title} must be ${rule}.`,
    remedy: "Write it as year-month-day, like 2026-05-09, or leave the field out.",
  };
  return invalidInput([error]);
}
