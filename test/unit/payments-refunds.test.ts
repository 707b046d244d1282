import { describe, expect, it } from "@jest/globals";
import type { CreateRefundInput } from "../../schemas/create-refund.ts";
import type { Gateway } from "../../src/client/gateway.ts";
import { createKeyQueue } from "../../src/payments/key-queue.ts";
import { createRefundBook } from "../../src/payments/refund-book.ts";
import { createRefunds } from "../../src/payments/refunds.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import type { RefundRow } from "../../src/store/rows.ts";
import { payment, paymentId, refundReply, refusal } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { refundRow, shopAccount } from "../stores/sample-rows.ts";

const input: CreateRefundInput = {
  paymentId,
  refundAmount: "100.00",
  uniqueTransactionId: "order-1-refund-1",
  issueType: "QFL",
  description: "Product is not good",
};
const listedRow = { ...refundReply.refund, transaction_id: "order-1-refund-1" };
const unavailable = async () => {
  throw new FlowError("store_unavailable", "The ledger could not be written.");
};

async function start(gateway: Partial<Gateway> = {}) {
  const ledger = await openLedger();
  const { store, settler, clock } = ledger;
  let sends = 0;
  const session = fakeSession({
    payments: [payment],
    gateway: {
      listRefunds: async () => ({ refunds: [] }),
      ...gateway,
      createRefund: async (id, body) => {
        sends++;
        return gateway.createRefund ? gateway.createRefund(id, body) : (refundReply as never);
      },
    },
  });
  const confirmer = {
    confirmPayment: async () => ({ kind: "agrees" }) as const,
    confirmRequest: async () => {
      throw new Error("A refund is about a payment.");
    },
  };
  const book = createRefundBook({ store, settler, clock, confirmer });
  const refunds = createRefunds({ store, book, clock, queue: createKeyQueue() });
  const run = { session, node: "create-refund", key: undefined, correlation: undefined };
  return {
    ...ledger,
    sends: () => sends,
    create: (changes: Partial<CreateRefundInput> = {}) => refunds.create(run, { ...input, ...changes }),
    stored: () => store.refundByTransaction(shopAccount, "order-1-refund-1"),
    /** Makes the ledger refuse every write of a refund that was sent, and gives back what mends it. */
    breakWrites() {
      const { changeRefund, commit } = store;
      Object.assign(store, { changeRefund: unavailable, commit: unavailable });
      return () => Object.assign(store, { changeRefund, commit });
    },
  };
}

describe("a refund that was sent while the ledger cannot be written", () => {
  it("is unknown, never not applied, is found by its case and sent once", async () => {
    let rows: Record<string, unknown>[] = [];
    const { create, breakWrites, sends, stored } = await start({ listRefunds: async () => ({ refunds: rows }) });
    const mend = breakWrites();
    expect(await refusal(create())).toMatchObject({ code: "refund_unknown", outcome: "unknown", retryable: false });
    mend();
    expect(await stored()).toMatchObject({ stage: "asking" });
    expect(await refusal(create())).toMatchObject({ code: "refund_unknown", outcome: "unknown" });
    rows = [listedRow];
    expect(await create()).toMatchObject({ refundId: "C5c0751269", replayed: true });
    expect(sends()).toBe(1);
  });

  it.each([
    ["its answer never came", () => Promise.reject(new FlowError("refund_unknown", "no answer"))],
    ["its answer is another", async () => ({ ...refundReply, refund: { ...refundReply.refund, refund_amount: "1" } })],
  ])("is unknown when %s, too", async (_, createRefund) => {
    const { create, breakWrites, stored } = await start({ createRefund: createRefund as Gateway["createRefund"] });
    breakWrites();
    expect(await refusal(create())).toMatchObject({ code: "refund_unknown", outcome: "unknown" });
    expect(await stored()).toMatchObject({ stage: "asking" });
  });

  it("is not sent at all when its intent cannot be written", async () => {
    const { create, store, sends } = await start();
    store.reserveRefund = unavailable;
    expect(await refusal(create())).toMatchObject({ code: "store_unavailable", outcome: "not-applied" });
    expect(sends()).toBe(0);
  });
});

describe("a refund that was asked for before", () => {
  it.each(["asking", "unknown"] as const)(
    "and is %s stays unknown while the gateway cannot be asked",
    async (stage) => {
      const { create, store, sends } = await start({
        listRefunds: async () => {
          throw new FlowError("gateway_timeout", "no answer");
        },
      });
      await store.saveRefund(refundRow({ stage, input: { ...input } }));
      expect(await refusal(create())).toMatchObject({ code: "refund_unknown", outcome: "unknown", retryable: false });
      expect(sends()).toBe(0);
    },
  );
});

describe("a refund that the gateway refused", () => {
  const refusing = (statusCode?: number) => async () => {
    const options = statusCode === undefined ? {} : { statusCode };
    throw new FlowError("gateway_refused", "Duplicate transaction id.", options);
  };

  it("as a duplicate is the case that was booked under its id", async () => {
    let isSent = false;
    const { create } = await start({
      createRefund: async () => {
        isSent = true;
        return refusing(400)();
      },
      listRefunds: async () => ({ refunds: isSent ? [listedRow] : [] }),
    });
    expect(await create()).toMatchObject({ refundId: "C5c0751269", state: "requested", amount: "100.00" });
  });

  it.each([
    ["of another amount", [{ ...listedRow, refund_amount: "99.00" }]],
    ["of another payment", [{ ...listedRow, payment_id: "MOJO5a06005J21512198" }]],
  ])("is not the case %s, and takes nothing of what is left", async (_, rows) => {
    let isSent = false;
    const { create, stored } = await start({
      createRefund: async () => {
        isSent = true;
        return refusing(400)();
      },
      listRefunds: async () => ({ refunds: isSent ? rows : [] }),
    });
    expect(await refusal(create())).toMatchObject({ code: "gateway_refused", outcome: "not-applied" });
    expect(await stored()).toMatchObject({ stage: "refused", nextReadAt: null });
  });

  it("before it read anything is refused without looking for a case", async () => {
    const { create, stored } = await start({ createRefund: refusing() });
    expect(await refusal(create())).toMatchObject({ code: "gateway_refused" });
    expect(await stored()).toMatchObject({ stage: "refused" });
  });
});

describe("the amount of a refund", () => {
  it("cannot be reckoned where that of the payment cannot be read", async () => {
    const { create, sends } = await start({ getPayment: async () => ({ ...payment, amount: "?" }) });
    expect((await refusal(create())).code).toBe("unreadable_reply");
    expect(sends()).toBe(0);
  });

  it("is nothing where all went back already, with the numbers in the message", async () => {
    const { create, sends } = await start({
      listRefunds: async () => ({
        refunds: [{ ...listedRow, id: "C9", transaction_id: "x", refund_amount: "200.00" }],
      }),
    });
    const { refundAmount: _, ...rest } = input;
    const error = await refusal(create({ ...rest, refundAmount: undefined }));
    expect(error).toMatchObject({ code: "refund_exceeds_remaining", outcome: "not-applied" });
    expect(error.message).toBe(
      "the rest cannot be refunded: 200.00 was paid, 200.00 is refunded or being refunded, 0.00 is left.",
    );
    expect(sends()).toBe(0);
  });

  it("is judged again by the ledger, whatever was reckoned before", async () => {
    const { create, store, sends } = await start();
    store.reserveRefund = async () => ({ kind: "exceeds", reservedPaise: 20_000 });
    expect((await refusal(create())).code).toBe("refund_exceeds_remaining");
    store.reserveRefund = async (refund: RefundRow) => ({ kind: "exists", refund });
    expect((await refusal(create())).code).toBe("transaction_id_reused");
    expect(sends()).toBe(0);
  });

  it("goes back of a payment that came another way, with nobody to tell", async () => {
    const { create, stored, sent } = await start({ getPayment: async () => ({ ...payment, payment_request: null }) });
    expect(await create()).toMatchObject({ state: "requested", paymentRequestId: null });
    expect(await stored()).toMatchObject({ tag: null });
    expect(await sent()).toEqual([]);
  });
});
