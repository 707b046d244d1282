import type { GeneratePaymentLinkInput, GeneratePaymentLinkOutput } from "../../schemas/generate-payment-link.ts";
import type { CreatePaymentRequestBody, PaymentRequest } from "../../schemas/wire/payment-request.ts";
import { formatPaise, gatewayPaise } from "../runtime/money.ts";
import type { RequestRow } from "../store/rows.ts";
import { customerOf, internationalPhone } from "./event-payload.ts";
import type { LinkAddresses } from "./link-addresses.ts";

/** The form of the create call. What was not given is left out; `allow_repeated_payments` is always sent. */
export function createBody(input: GeneratePaymentLinkInput, addresses: LinkAddresses): CreatePaymentRequestBody {
  const body: Record<string, string | undefined> = {
    amount: input.amount,
    purpose: input.purpose,
    buyer_name: input.customerName,
    email: input.customerEmail,
    phone: internationalPhone(input.customerMobileNumber),
    redirect_url: addresses.redirectUrl,
    webhook: addresses.webhook,
    send_email: String(input.sendEmail),
    send_sms: String(input.sendSms),
    allow_repeated_payments: String(input.allowRepeatedPayments),
  };
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== undefined),
  ) as CreatePaymentRequestBody;
}

/** Says what in the gateway's reply is not what was asked for; null when all of it is. */
export function replyMismatch(request: RequestRow, reply: PaymentRequest, baseUrl: string): string | null {
  if (gatewayPaise(reply.amount) !== request.amountPaise) return "the amount";
  const base = new URL(baseUrl);
  const { hostname: host, protocol } = URL.parse(reply.longurl) ?? {};
  // An address such as javascript: may name a host too.
  const isPage = protocol === "https:" || protocol === base.protocol;
  const isOwnHost = host === base.hostname || host === "instamojo.com" || host?.endsWith(".instamojo.com");
  return isPage && isOwnHost ? null : "the host of the link";
}

/** What the node gives out for a link, made now or before. */
export function linkOutput(request: RequestRow, replayed: boolean): GeneratePaymentLinkOutput {
  const response = request.response ?? {};
  const createdAt = response.created_at;
  return {
    account: request.account,
    environment: request.environment,
    paymentRequestId: request.paymentRequestId ?? "",
    link: request.link ?? "",
    amount: formatPaise(request.amountPaise),
    currency: "INR",
    purpose: (request.input.purpose as string | undefined) ?? null,
    status: request.status,
    reference: request.reference,
    customer: customerOf(request),
    replayed,
    createdAt: typeof createdAt === "string" ? createdAt : new Date(request.createdAt).toISOString(),
    expiresAt: request.deadlineAt === null ? null : new Date(request.deadlineAt).toISOString(),
    response: { ...response },
  };
}
