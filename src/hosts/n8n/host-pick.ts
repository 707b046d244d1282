import type { ILoadOptionsFunctions } from "n8n-workflow";
import type { PickKind } from "../../../schemas/form.ts";
import type { ListedPayment } from "../../../schemas/list-payments.ts";
import type { PaymentLine } from "../../operator/views.ts";
import { attemptWords, pickItem, requestWords } from "../../operator/pick-items.ts";
import type { PickPage } from "../../operator/pick-list.ts";
import { gatewayPaise } from "../../runtime/money.ts";
import type { HostCredential } from "./run-through-host.ts";

interface Asked {
  readonly search: string | undefined;
  readonly cursor: string | undefined;
}

const nobody = { name: null, email: null, mobileNumber: null };
const stateOf = { Completed: "paid", Failed: "failed", Processing: "open" } as const;

/** What the HTTP host knows of what there is to pick: its links, or the payments that Instamojo lists for its account. */
export async function hostPickPage(context: ILoadOptionsFunctions, kind: PickKind, asked: Asked): Promise<PickPage> {
  const credential = await context.getCredentials<HostCredential & Record<string, never>>("instamojoHostApi");
  if (kind === "payment-requests") return linksOf(context, credential, asked);
  if (kind === "refunds") return { items: [], cursor: null, note: "The HTTP host lists no refunds: type the id." };
  return paymentsOf(context, credential, { ...asked, isPaid: kind === "refundable-payments" });
}

async function linksOf(
  context: ILoadOptionsFunctions,
  { baseUrl, account }: HostCredential,
  { search, cursor }: Asked,
): Promise<PickPage> {
  const reply = await context.helpers.httpRequestWithAuthentication.call(context, "instamojoHostApi", {
    url: `${originOf(baseUrl)}/v1/payments`,
    qs: { account, ...(search ? { text: search } : {}), ...(cursor ? { before: cursor } : {}) },
  });
  const { payments, before } = reply as { payments: readonly PaymentLine[]; before: number | null };
  const lines = payments.filter(({ paymentRequestId }) => paymentRequestId !== null);
  const items = lines.map(({ paymentRequestId, amount, purpose, status, createdAt }) => {
    const about = { paise: gatewayPaise(amount) ?? 0, purpose, person: nobody };
    return pickItem({ id: String(paymentRequestId), ...about, state: requestWords[status], at: createdAt }, true);
  });
  return { items, cursor: before === null ? null : String(before), note: null };
}

async function paymentsOf(
  context: ILoadOptionsFunctions,
  { baseUrl, account }: HostCredential,
  { search, cursor, isPaid }: Asked & { readonly isPaid: boolean },
): Promise<PickPage> {
  const buyer = (search ?? "").replace(/[\s-]/g, "").length < 3 ? {} : { buyer: search };
  const input = { ...(isPaid ? { status: "Completed" } : {}), ...buyer, page: cursor ?? 1, pageSize: 50 };
  const reply = await context.helpers.httpRequestWithAuthentication.call(context, "instamojoHostApi", {
    method: "POST",
    url: `${originOf(baseUrl)}/v1/nodes/list-payments/run`,
    body: { account, input },
  });
  const { output } = reply as {
    output?: { readonly payments: readonly ListedPayment[]; readonly nextPage: number | null };
  };
  const items = (output?.payments ?? []).map(({ paymentId, amount, purpose, customer, status, createdAt }) => {
    const about = { paise: gatewayPaise(amount) ?? 0, purpose: purpose ?? "", person: customer };
    const at = Date.parse(createdAt ?? "") || 0;
    return pickItem({ id: paymentId, ...about, state: attemptWords[stateOf[status]], at }, true);
  });
  const next = output?.nextPage ?? null;
  return { items, cursor: next === null ? null : String(next), note: null };
}

function originOf(baseUrl: string): string {
  return baseUrl.trim().replace(/\/+$/, "");
}
