import { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import { createGateway } from "../../src/client/gateway.ts";
import { createConfirmer } from "../../src/payments/confirm.ts";
import { replyMismatch } from "../../src/payments/link-reply.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import { isFlowError } from "../../src/runtime/errors.ts";
import {
  fits,
  instantClock,
  isTokenCall,
  payment,
  paymentId,
  paymentRequest,
  requestId,
  scriptedTransport,
  testAccount,
  tokenReply,
} from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { requestRow } from "../stores/sample-rows.ts";
import { replyWords } from "./reply-words.ts";
import type { Target } from "./target.ts";

const goodPayment = JSON.stringify(payment);
const goodRequest = JSON.stringify({ ...paymentRequest, status: "Completed", payments: [payment.payment_request] });

/** What the gateway's two replies say, read apart from the code under test: whether our link is paid by this payment. */
function isPaid(paymentBody: string, requestBody: string, ids: { payment: string; request: string }): boolean {
  const paid = JSON.parse(paymentBody);
  const link = JSON.parse(requestBody);
  const paiseOf = (text: unknown): bigint => {
    const [, rupees = "-1", places = ""] = /^([0-9]+)(?:\.([0-9]{1,2})0*)?$/.exec(String(text)) ?? [];
    return BigInt(rupees) * 100n + BigInt(places.padEnd(2, "0"));
  };
  const names = (url: unknown, id: string) =>
    new RegExp(`(^|[^0-9A-Za-z])${id}/?$`).test(String(url).split(/[?#]/, 1)[0] as string);
  return (
    paid.id === ids.payment &&
    Object.hasOwn(paid, "status") &&
    paid.status === true &&
    paid.currency === "INR" &&
    paiseOf(paid.amount) >= 20_000n &&
    names(paid.payment_request, ids.request) &&
    link.id === ids.request &&
    paiseOf(link.amount) === 20_000n &&
    (link.status === "Completed" || link.payments.some((url: unknown) => names(url, ids.payment)))
  );
}

/** The confirming reads: no reply, however odd, makes an event that it does not say itself, or one that is no event. */
export async function confirmTarget(): Promise<Target> {
  const ledger = await openLedger({}, { pinMerchant: async (_, merchant) => merchant });
  const { settler, store, clock } = ledger;
  const confirmer = createConfirmer({ settler, store, clock, links: { adopt: async () => null } });
  const validator = createAjvValidator();
  let count = 0;

  /** A link of its own for every input, so that nothing is settled before. */
  async function newLink() {
    count += 1;
    const ids = { payment: `MOJO5a${String(count).padStart(14, "0")}`, request: count.toString(16).padStart(32, "0") };
    const row = requestRow({ tag: ids.request, key: ids.request, paymentRequestId: ids.request });
    return { ids, link: (await store.addRequest(row)).request };
  }

  return {
    name: "confirm",
    corpus: "reply",
    words: replyWords,
    async check(input, random) {
      const { ids, link } = await newLink();
      const own = (body: string) => body.replaceAll(paymentId, ids.payment).replaceAll(requestId, ids.request);
      const isPayment = random.fraction() < 0.5;
      const bodies = {
        payment: own(isPayment ? input : goodPayment),
        request: own(isPayment ? goodRequest : input),
      };
      const transport = scriptedTransport((request) => {
        if (isTokenCall(request)) return tokenReply();
        const body = new URL(request.url).pathname.startsWith("/v2/payments/") ? bodies.payment : bodies.request;
        return { status: 200, headers: {}, body };
      });
      const gateway = createGateway(testAccount, { transport, clock: instantClock(), fits, random: () => 0.5 });
      const read = await gateway.getPaymentRequest(ids.request).catch(() => null);
      if (read && !isSafeLink(read, replyMismatch(requestRow(), read, testAccount.baseUrl))) return "a link of others";
      try {
        const session = fakeSession({ gateway });
        if (random.fraction() < 0.5) await confirmer.confirmPayment(session, ids.payment, "webhook");
        else await confirmer.confirmRequest(session, link, "poll");
      } catch (thrown) {
        if (!isFlowError(thrown)) return `threw ${String(thrown)}`;
      }
      for (const event of await ledger.events()) {
        const issues = validator.issues(PaymentStatusEvent, event);
        if (issues.length > 0) return `an event that is none: ${issues.map((issue) => issue.instancePath).join()}`;
        if (event.status !== "Completed") continue;
        if (event.paymentId !== ids.payment || event.paymentRequestId !== ids.request) return "an event about others";
        if (!isPaid(bodies.payment, bodies.request, ids)) return "Completed without being paid";
      }
      return null;
    },
  };
}

function isSafeLink({ longurl }: { readonly longurl: string }, mismatch: string | null): boolean {
  return (
    mismatch !== null ||
    /^https:\/\/([^/?#\\]*@)?([a-z0-9-]+\.)*instamojo\.com(:\d*)?(?:[/?#\\]|$)/.test(new URL(longurl).href)
  );
}
