import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { EventRow, RefundRow, RequestRow } from "./rows.ts";

/**
 * Names, mails, phones, conversations and the gateway's own words, apart from the ids, amounts and states that stay. Rows
 * are taken apart when they are written and put together when they are read, whatever the ledger is made of.
 */

export type PersonalKind = "input" | "response" | "event" | "refund" | "wait";
export type PersonalData = Readonly<Record<string, unknown>>;

/** Where a personal part is kept: `tag` is what it is erased by. */
export interface PersonalPlace {
  readonly tag: string;
  readonly kind: PersonalKind;
  readonly id: string;
}

/** The personal part of a row. */
export interface PersonalPart extends PersonalPlace {
  /** When the row came to be. */
  readonly at: number;
  readonly data: PersonalData;
}

const personalFields: readonly string[] = ["customerName", "customerEmail", "customerMobileNumber"];
const nobody: PaymentStatusEvent["customer"] = { name: null, email: null, mobileNumber: null };

const pick = (input: PersonalData, isPersonal: (field: string) => boolean): PersonalData =>
  Object.fromEntries(Object.entries(input).filter(([field]) => isPersonal(field)));
const isPersonalField = (field: string) => personalFields.includes(field);

/** The parts of a request that are erased one day, the reply only once it is there. */
export function personalOfRequest(request: RequestRow, isNew: boolean): readonly PersonalPart[] {
  if (request.isForgotten) return [];
  const { tag, createdAt: at, correlation, response } = request;
  const parts: PersonalPart[] = [];
  const input = { input: pick(request.input, isPersonalField), correlation };
  if (isNew) parts.push({ tag, kind: "input", id: "", at, data: input });
  // The reply comes with the first event and never changes.
  if (response && request.sequence <= 1) parts.push({ tag, kind: "response", id: "", at, data: response });
  return parts;
}

/** The part of a request that stays. */
export function withoutPersonal(request: RequestRow): RequestRow {
  return {
    ...request,
    input: pick(request.input, (field) => !isPersonalField(field)),
    correlation: null,
    response: null,
  };
}

/** A stored request with its personal parts, where they were not erased. */
export function joinRequest(
  request: RequestRow,
  input: PersonalData | null,
  response: PersonalData | null,
): RequestRow {
  const { input: fields, correlation } = input ?? {};
  return {
    ...request,
    input: { ...request.input, ...(fields as PersonalData | undefined) },
    correlation: correlation ?? null,
    response,
  };
}

/** What is stored of an event, and its personal part; null where it has none. */
export function splitEvent(row: EventRow): { readonly row: EventRow; readonly part: PersonalPart | null } {
  const { customer, correlation, raw, failure } = row.event;
  // Rows of other tests and versions may lack them.
  if (customer === undefined) return { row, part: null };
  const at = row.createdAt ?? Date.parse(row.event.observedAt);
  return {
    row: { ...row, event: { ...row.event, customer: nobody, correlation: null, raw: {}, failure: null } },
    part: { tag: row.tag, kind: "event", id: row.id, at, data: { customer, correlation, raw, failure } },
  };
}

export function joinEvent(stored: EventRow, data: PersonalData | null): EventRow {
  return data ? { ...stored, event: { ...stored.event, ...data } as PaymentStatusEvent } : stored;
}

/** Where the personal part of a refund is kept, also of one whose payment is of no link of ours. */
export function placeOfRefund({ tag, account, environment, transactionId }: RefundRow): PersonalPlace {
  return { tag: tag ?? `refund ${account} ${environment} ${transactionId}`, kind: "refund", id: transactionId };
}

/** The refund whose place has this tag, where its payment is of no link of ours. */
export function refundOfPlace(
  tag: string,
): { readonly account: string; readonly environment: string; readonly transactionId: string } | null {
  const [, account, environment, ...id] = tag.startsWith("refund ") ? tag.split(" ") : [];
  return account === undefined || environment === undefined
    ? null
    : { account, environment, transactionId: id.join(" ") };
}

/** What is stored of a refund, and its personal part; null where it has none or was forgotten. */
export function splitRefund(
  refund: RefundRow,
  wasForgotten: boolean,
): { readonly row: RefundRow; readonly part: PersonalPart | null } {
  const { description, ...input } = refund.input;
  const isForgotten = wasForgotten || refund.isForgotten === true;
  const hasPart = !isForgotten && (description !== undefined || refund.response !== null);
  const data = { description, response: refund.response };
  return {
    row: { ...refund, input, response: null, ...(isForgotten ? { isForgotten } : {}) },
    part: hasPart ? { ...placeOfRefund(refund), at: refund.createdAt, data } : null,
  };
}

export function joinRefund(refund: RefundRow, data: PersonalData | null): RefundRow {
  const { description, response } = data ?? {};
  return {
    ...refund,
    input: description === undefined ? refund.input : { ...refund.input, description },
    response: (response as RefundRow["response"]) ?? null,
  };
}
