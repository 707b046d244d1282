import { testBaseUrl } from "../../schemas/account.ts";
import type { GeneratePaymentLinkInput, GeneratePaymentLinkOutput } from "../../schemas/generate-payment-link.ts";
import type { CreatePaymentRequestBody, PaymentRequest } from "../../schemas/wire/payment-request.ts";
import { environmentOf } from "../accounts.ts";
import { linkMessage } from "../messages/link-message.ts";
import { formatPaise, gatewayPaise } from "../runtime/money.ts";
import type { RequestRow } from "../store/rows.ts";
import { customerOf, internationalPhone } from "./event-payload.ts";
import type { LinkAddresses } from "./link-addresses.ts";

const testHost = new URL(testBaseUrl).hostname;

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
  return isOwnLink(reply.longurl, baseUrl) ? null : "the host of the link";
}

/**
 * Whether a link leads to a payment page of the account's own world. Test links stand on the test host (recorded
 * replies of the test mode), live ones on instamojo.com or below it, local ones where the local Instamojo is.
 */
function isOwnLink(link: string, baseUrl: string): boolean {
  const { protocol, hostname, username, password } = URL.parse(link) ?? new URL("about:blank");
  if (username !== "" || password !== "") return false;
  switch (environmentOf(baseUrl)) {
    case "live":
      return protocol === "https:" && /^(?:[a-z0-9-]+\.)?instamojo\.com$/.test(hostname) && hostname !== testHost;
    case "test":
      return protocol === "https:" && hostname === testHost;
    case "local":
      return protocol === "http:" && hostname === new URL(baseUrl).hostname;
  }
}

/** What the node gives out for a link, made now or before. */
export async function linkOutput(request: RequestRow, replayed: boolean): Promise<GeneratePaymentLinkOutput> {
  const response = request.response ?? {};
  const { input, amountPaise } = request;
  const link = request.link ?? "";
  const purpose = (input.purpose as string | undefined) ?? null;
  const createdAt = response.created_at;
  return {
    account: request.account,
    environment: request.environment,
    paymentRequestId: request.paymentRequestId ?? "",
    link,
    message: await linkMessage({ input, amountPaise, purpose, link }),
    amount: formatPaise(amountPaise),
    currency: "INR",
    purpose,
    status: request.status,
    reference: request.reference,
    customer: customerOf(request),
    replayed,
    createdAt: typeof createdAt === "string" ? createdAt : new Date(request.createdAt).toISOString(),
    expiresAt: request.deadlineAt === null ? null : new Date(request.deadlineAt).toISOString(),
    response: { ...response },
  };
}
