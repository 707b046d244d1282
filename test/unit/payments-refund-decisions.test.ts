import { describe, expect, it } from "@jest/globals";
import type { CreateRefundInput } from "../../schemas/create-refund.ts";
import type { Gateway } from "../../src/client/gateway.ts";
import { createKeyQueue } from "../../src/payments/key-queue.ts";
import { createRefundBook } from "../../src/payments/refund-book.ts";
import { createRefunds } from "../../src/payments/refunds.ts";
import { createResolveRefund, type Resolution } from "../../src/payments/resolve-refund.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import type { RefundRow } from "../../src/store/rows.ts";
import { payment, paymentId, refundReply, refusal } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { paymentRow, refundRow, shopAccount } from "../stores/sample-rows.ts";

const transactionId = "order-1-refund-1";
const input: CreateRefundInput = {
  paymentId,
  refundAmount: "100.00",
  uniqueTransactionId: transactionId,
  issueType: "QFL",
  description: "Product is not good",
};
const caseRow = { ...refundReply.refund, transaction_id: transactionId };

/** A paid link, with these refunds of its payment. */
async function start(refunds: readonly Partial<RefundRow>[] = [], gateway: Partial<Gateway> = {}) {
  const ledger = await openLedger();
  const { store, settler, clock, request } = ledger;
  const rows = refunds.map((changes) => refundRow({ createdAt: clock.now(), ...changes }));
  const paid = { ...request, version: 2, status: "Completed" as const };
  await store.commit({ request: paid, payments: [paymentRow()], refunds: rows });
  const confirmer = {
    confirmPayment: async () => ({ kind: "agrees" }) as const,
    confirmRequest: async () => {
      throw new Error("A refund is about a payment.");
    },
  };
  const book = createRefundBook({ store, settler, clock, confirmer });
  const sent: string[] = [];
  const session = fakeSession({
    payments: [payment],
    gateway: {
      listRefunds: async () => ({ refunds: [] }),
      ...gateway,
      async createRefund(id, body) {
        sent.push(body.transaction_id);
        return gateway.createRefund ? gateway.createRefund(id, body) : (refundReply as never);
      },
    },
  });
  const refundNodes = createRefunds({ store, book, clock, queue: createKeyQueue() });
  const run = { session, node: "create-refund", key: undefined, correlation: undefined };
  const resolve = createResolveRefund({ store, book, clock });
  return {
    ...ledger,
    book,
    sends: () => sent,
    create: (changes: Partial<CreateRefundInput> = {}) => refundNodes.create(run, { ...input, ...changes }),
    resolve: (changes: Partial<Resolution> = {}) =>
      resolve({ ...shopAccount, transactionId, caseId: null, by: "John", reason: "Asked the bank", ...changes }),
    stored: (id = transactionId) => store.refundByTransaction(shopAccount, id),
    decisions: async () => (await store.history(request.tag))?.decisions,
  };
}

const unknown = { stage: "unknown", nextReadAt: 5_000, input: { ...input } } as const;

describe("an unknown refund that a person found not to be booked", () => {
  it("is refused for good, is never sent again, and who decided is kept", async () => {
    const { resolve, create, stored, sends, decisions, clock } = await start([unknown]);
    await resolve();
    expect(await stored()).toMatchObject({ stage: "refused", caseId: null, nextReadAt: null, resolvedBy: "John" });
    const error = await refusal(create());
    expect(error).toMatchObject({ code: "transaction_id_reused", outcome: "not-applied", retryable: false });
    expect(error.message).toBe("Refund order-1-refund-1 was sent once, and John decided that it was not booked.");
    expect(sends()).toEqual([]);
    expect(await decisions()).toEqual([
      {
        at: clock.now(),
        by: "John",
        reason: "Asked the bank",
        action: "resolve",
        subject: transactionId,
        tag: "a".repeat(32),
        outcome: "not-booked",
      },
    ]);
  });

  it("can be asked for under an id of its own", async () => {
    const { resolve, create, sends } = await start([unknown]);
    await resolve();
    expect(await create({ uniqueTransactionId: "order-1-refund-2" })).toMatchObject({ refundId: "C5c0751269" });
    expect(sends()).toEqual(["order-1-refund-2"]);
  });

  it("is unlike one that the gateway refused, which may be sent again", async () => {
    const { create, sends } = await start([{ stage: "refused", input: { ...input } }]);
    expect(await create()).toMatchObject({ refundId: "C5c0751269", replayed: false });
    expect(sends()).toEqual([transactionId]);
  });
});

describe("an unknown refund that a person found the case of", () => {
  it("is booked by it, told once, never sent again, and who decided is kept", async () => {
    const { resolve, create, stored, sends, sent, decisions } = await start([unknown]);
    await resolve({ caseId: "C5c0751269" });
    expect(await stored()).toMatchObject({ stage: "requested", caseId: "C5c0751269", resolvedBy: "John" });
    expect(await create()).toMatchObject({ refundId: "C5c0751269", replayed: true });
    expect(sends()).toEqual([]);
    expect(await sent()).toEqual(["Completed/refund-requested"]);
    expect(await decisions()).toMatchObject([{ by: "John", outcome: "C5c0751269" }]);
  });

  it("is not booked by the case of another refund of the payment", async () => {
    const other = { transactionId: "order-1-refund-0", stage: "requested", caseId: "C5c0751269" } as const;
    const { resolve, stored, decisions } = await start([unknown, other]);
    expect(await refusal(resolve({ caseId: "C5c0751269" }))).toMatchObject({ code: "invalid_input" });
    expect(await stored()).toMatchObject({ stage: "unknown", caseId: null });
    expect(await decisions()).toEqual([]);
    await resolve({ caseId: "C5c0751270" });
    expect(await stored()).toMatchObject({ stage: "requested", caseId: "C5c0751270" });
    expect(await stored("order-1-refund-0")).toMatchObject({ caseId: "C5c0751269" });
  });
});

describe("a decision about an unknown refund", () => {
  const unavailable = async () => {
    throw new FlowError("store_unavailable", "The ledger is not open now.");
  };

  it.each([null, "C5c0751269"])("is kept together with what it changes or not at all (case %p)", async (caseId) => {
    const { resolve, store, stored, decisions } = await start([unknown]);
    const { changeRefund, commit } = store;
    Object.assign(store, { changeRefund: unavailable, commit: unavailable });
    expect(await refusal(resolve({ caseId }))).toMatchObject({ code: "store_unavailable" });
    Object.assign(store, { changeRefund, commit });
    expect(await stored()).toMatchObject({ stage: "unknown" });
    expect(await decisions()).toEqual([]);
    await resolve({ caseId });
    expect(await decisions()).toMatchObject([{ by: "John", outcome: caseId ?? "not-booked" }]);
  });

  it.each([null, "C5c0751269"])(
    "is refused where the gateway had the last word meanwhile (case %p)",
    async (caseId) => {
      const { resolve, store, stored, decisions } = await start([unknown]);
      const { refundsOfPayment } = store;
      store.refundsOfPayment = async (world, id) => {
        const others = await refundsOfPayment(world, id);
        await store.saveRefund({ ...(others[0] as RefundRow), stage: "refunded", caseId: "C9" });
        return others;
      };
      expect(await refusal(resolve({ caseId }))).toMatchObject({ code: "invalid_input" });
      expect(await stored()).toMatchObject({ stage: "refunded", caseId: "C9" });
      expect((await stored())?.resolvedBy).toBeUndefined();
      expect(await decisions()).toEqual([]);
    },
  );

  it("takes the case that was once seen with this very refund", async () => {
    const { resolve, stored } = await start([{ ...unknown, caseId: "C5c0751269" }]);
    await resolve({ caseId: "C5c0751269" });
    expect(await stored()).toMatchObject({ stage: "requested", caseId: "C5c0751269" });
  });
});

describe("a refund that does not wait for a person", () => {
  it.each(["asking", "refused", "requested", "refunded", "denied"] as const)(
    "because it is %s takes no decision",
    async (stage) => {
      const { resolve, stored, decisions } = await start([{ stage }]);
      const before = await stored();
      expect(await refusal(resolve())).toMatchObject({ code: "invalid_input" });
      expect(await stored()).toEqual(before);
      expect(await decisions()).toEqual([]);
    },
  );

  it("because it is in another account or in none takes no decision either", async () => {
    const { resolve, stored } = await start([unknown]);
    for (const where of [{ account: "other" }, { environment: "live" }, { transactionId: "x" }] as const) {
      expect((await refusal(resolve(where))).code).toBe("invalid_input");
    }
    expect(await stored()).toMatchObject({ stage: "unknown" });
  });
});

describe("a refund that the gateway has and the ledger has not", () => {
  const listing = (row: object) => ({ listRefunds: async () => ({ refunds: [{ ...caseRow, ...row }] }) });

  it("is taken over by its id instead of being sent", async () => {
    const { create, sends, stored } = await start([], listing({}));
    expect(await create()).toMatchObject({ refundId: "C5c0751269", amount: "100.00", replayed: true });
    expect(sends()).toEqual([]);
    expect(await stored()).toMatchObject({ stage: "requested", caseId: "C5c0751269", amountPaise: 10_000 });
  });

  it("is taken over with its own amount where none is asked for", async () => {
    const { create, sends } = await start([], listing({ refund_amount: "50.00" }));
    expect(await create({ refundAmount: undefined })).toMatchObject({ amount: "50.00", replayed: true });
    expect(sends()).toEqual([]);
  });

  it.each([
    ["another amount", { refund_amount: "99.00" }],
    ["another payment", { payment_id: "MOJO5a06005J21512198" }],
    ["no case id", { id: undefined }],
  ])("is not taken for this one where it has %s, and nothing is sent", async (_, row) => {
    const { create, sends, stored } = await start([], listing(row));
    expect(await refusal(create())).toMatchObject({ code: "transaction_id_reused", outcome: "not-applied" });
    expect(sends()).toEqual([]);
    expect(await stored()).toBeNull();
  });
});

describe("a refund that the gateway refused", () => {
  it("is unknown, not refused, while nobody can read whether it was booked before", async () => {
    let isSent = false;
    const { create, stored, sends } = await start([], {
      createRefund: async () => {
        isSent = true;
        throw new FlowError("gateway_refused", "Duplicate transaction id.", { statusCode: 400 });
      },
      listRefunds: async () => {
        if (isSent) throw new FlowError("gateway_timeout", "no answer");
        return { refunds: [] };
      },
    });
    expect(await refusal(create())).toMatchObject({ code: "refund_unknown", outcome: "unknown", retryable: false });
    expect(await stored()).toMatchObject({ stage: "unknown" });
    expect(await refusal(create())).toMatchObject({ code: "refund_unknown" });
    expect(sends()).toEqual([transactionId]);
  });
});

describe("a refund whose words were forgotten", () => {
  const { description: _, ...kept } = input;
  const forgotten = { stage: "requested", caseId: "C1", input: kept, isForgotten: true } as const;

  it("is still the same refund, whatever its description was", async () => {
    const { create, sends } = await start([forgotten]);
    expect(await create({ description: "in other words" })).toMatchObject({ refundId: "C1", replayed: true });
    expect(sends()).toEqual([]);
  });

  it.each([{ refundAmount: "99.00" }, { issueType: "TNR" }, { paymentId: "MOJO5a06005J21512198" }] as const)(
    "is still not another one: %p",
    async (changes) => {
      const { create, sends } = await start([forgotten]);
      expect((await refusal(create(changes))).code).toBe("transaction_id_reused");
      expect(sends()).toEqual([]);
    },
  );
});

describe("a refund that went on while it was read", () => {
  it.each(["a".repeat(32), null])("stays where it is now, and that is what is said of it (tag %p)", async (tag) => {
    const { book, store, stored } = await start();
    const read = refundRow({ tag });
    const now = { ...read, stage: "refunded", caseId: "C9" } as const;
    await store.saveRefund(now);
    expect(await book.booked(read, "C5c0751269", {})).toMatchObject({ stage: "refunded", caseId: "C9" });
    expect(await stored()).toMatchObject({ stage: "refunded", caseId: "C9", nextReadAt: null });
  });

  it("and is in the ledger no more is what was read of it", async () => {
    const { book, stored } = await start();
    const read = refundRow({ tag: null });
    expect(await book.booked(read, "C5c0751269", {})).toMatchObject({ stage: "requested", caseId: "C5c0751269" });
    expect(await stored()).toBeNull();
  });
});
