import { describe, expect, it } from "@jest/globals";
import type { GeneratePaymentLinkInput } from "../../schemas/generate-payment-link.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Gateway } from "../../src/client/gateway.ts";
import { createKeyQueue } from "../../src/payments/key-queue.ts";
import { createLinks } from "../../src/payments/links.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import type { RequestRow } from "../../src/store/rows.ts";
import { paymentRequest, refusal, requestId } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { requestRow } from "../stores/sample-rows.ts";

const tag = "a".repeat(32);
const input = {
  amount: "200.00",
  purpose: "Iphone",
  reference: "order-2",
  sendEmail: false,
  sendSms: false,
  allowRepeatedPayments: false,
} as GeneratePaymentLinkInput;
const ours: PaymentRequest = { ...paymentRequest, webhook: `https://bot.example/x?id=t&op=${tag}` };

async function start(changes: Partial<RequestRow> = {}, gateway: Partial<Gateway> = {}) {
  const ledger = await openLedger({ paymentRequestId: null, link: null, stage: "unknown", ...changes });
  const { store, settler, clock } = ledger;
  const host = { publicUrl: "https://bot.example" };
  const links = createLinks({ host, store, settler, clock, queue: createKeyQueue() });
  const session = fakeSession({ gateway });
  const run = { session, node: "generate-payment-link", key: undefined, correlation: undefined };
  return { ...ledger, links, session, run };
}

describe("a link that the gateway has and the ledger has not", () => {
  it.each([
    ["its callback", ours],
    ["its return address", { ...paymentRequest, webhook: null, redirect_url: `https://shop.example/?op=${tag}` }],
  ])("is adopted by the tag in %s, and told as Pending", async (_, found) => {
    const { links, session, current, sent } = await start();
    expect(await links.adopt(session, found)).toMatchObject({ stage: "open", paymentRequestId: requestId });
    expect(await current()).toMatchObject({ stage: "open", link: found.longurl, status: "Pending" });
    expect(await sent()).toEqual(["Pending/null"]);
  });

  it.each<[string, PaymentRequest, Partial<RequestRow>]>([
    ["without a tag", paymentRequest, {}],
    ["with a tag of another ledger", { ...ours, webhook: `https://bot.example/x?op=${"b".repeat(32)}` }, {}],
    ["with the tag of another account", ours, { account: "store" }],
    ["with the tag of another world", ours, { environment: "live" }],
    ["of another amount", { ...ours, amount: "9.00" }, {}],
    ["on another host", { ...ours, longurl: "https://evil.example/" }, {}],
    ["beside the one that this tag has", ours, { stage: "open", paymentRequestId: "1".repeat(32) }],
  ])("is not adopted %s", async (_, found, changes) => {
    const { links, session, current, request, sent } = await start(changes);
    expect(await links.adopt(session, found)).toBeNull();
    expect(await current()).toEqual(request);
    expect(await sent()).toEqual([]);
  });

  it("is found as it is when it was adopted before", async () => {
    const { links, session, request } = await start({ stage: "open", paymentRequestId: requestId });
    expect(await links.adopt(session, ours)).toEqual(request);
  });

  it("is adopted once however many find it", async () => {
    const { links, session, sent } = await start();
    const found = await Promise.all(Array.from({ length: 5 }, () => links.adopt(session, ours)));
    expect(new Set(found.map((row) => row?.paymentRequestId))).toEqual(new Set([requestId]));
    expect(await sent()).toEqual(["Pending/null"]);
  });
});

describe("a link that is made", () => {
  it("has the time of its making from our clock where the gateway names none", async () => {
    const { created_at: _, ...bare } = paymentRequest;
    const { links, run, events } = await start({}, { createPaymentRequest: async () => bare });
    expect(await links.create(run, input)).toMatchObject({ createdAt: "2026-01-01T00:00:00.000Z", replayed: false });
    expect(await events()).toMatchObject([{ status: "Pending", occurredAt: "2026-01-01T00:00:00.000Z" }]);
  });

  it("on another host than the gateway's is unknown, given to nobody and stays known", async () => {
    const evil = { ...paymentRequest, longurl: "https://evil.example/" };
    const { links, run, store, row } = await start({}, { createPaymentRequest: async () => evil });
    const error = await refusal(links.create(run, input));
    expect(error).toMatchObject({ code: "outcome_unknown", outcome: "unknown", retryable: true });
    expect(error.message).toContain("the host of the link");
    expect(error.message).not.toContain("evil");
    const again = requestRow({ key: "generate-payment-link reference:order-2", generation: row.generation });
    expect(await store.addRequest(again)).toMatchObject({ isNew: false, request: { stage: "unknown", link: null } });
  });

  it("and cannot be written down is unknown, and found again by its tag", async () => {
    let sent: PaymentRequest | undefined;
    const { links, run, store, current } = await start(
      {},
      {
        createPaymentRequest: async (body) => {
          sent = { ...paymentRequest, webhook: body.webhook ?? null };
          return sent;
        },
        listPaymentRequests: async () => ({ payment_requests: [paymentRequest, sent as PaymentRequest] }),
      },
    );
    const { commit } = store;
    store.commit = async () => {
      throw new FlowError("store_unavailable", "The ledger could not be written.");
    };
    expect(await refusal(links.create(run, input))).toMatchObject({ code: "outcome_unknown", outcome: "unknown" });
    store.commit = commit;
    expect(await links.create(run, input)).toMatchObject({ paymentRequestId: requestId, replayed: true });
    expect(await current()).toMatchObject({ stage: "unknown" });
  });

  it("is not made again while nobody can say whether it was made", async () => {
    let creates = 0;
    const { links, run } = await start(
      {},
      {
        createPaymentRequest: async () => {
          creates++;
          throw new FlowError("outcome_unknown", "no answer");
        },
        listPaymentRequests: async () => {
          throw new FlowError("gateway_timeout", "no answer");
        },
      },
    );
    for (let times = 0; times < 3; times++) {
      expect(await refusal(links.create(run, input))).toMatchObject({ code: "outcome_unknown", outcome: "unknown" });
    }
    expect(creates).toBe(1);
  });

  it("under one reference and another value is refused by the name of the field", async () => {
    const { links, run } = await start({}, { createPaymentRequest: async () => paymentRequest });
    await links.create(run, input);
    const error = await refusal(links.create(run, { ...input, purpose: "Android" }));
    expect(error.code).toBe("operation_key_reused");
    expect(error.message).toBe('The reference "order-2" was used before with another value of purpose.');
    const { reference: _, ...keyed } = input;
    await refusal(links.create({ ...run, key: "k-1" }, keyed));
    const again = await refusal(links.create({ ...run, key: "k-1" }, { ...keyed, purpose: "Android" }));
    expect(again.message).toBe("This key was used before with another value of purpose.");
  });
});
