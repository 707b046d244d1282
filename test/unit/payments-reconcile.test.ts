import { describe, expect, it } from "@jest/globals";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import { createReconcileWork } from "../../src/payments/reconcile.ts";
import type { RefundBook } from "../../src/payments/refund-book.ts";
import type { Session } from "../../src/payments/sessions.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import { type LogFields, silentLogger } from "../../src/runtime/logger.ts";
import type { PaymentRow, RequestRow } from "../../src/store/rows.ts";
import { paymentRequest } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { paymentRow, refundRow, shopAccount } from "../stores/sample-rows.ts";

interface Setting {
  readonly request?: Partial<RequestRow>;
  readonly payments?: readonly PaymentRow[];
  readonly read?: () => Promise<PaymentRequest>;
  readonly disable?: () => Promise<void>;
  readonly follow?: () => Promise<void>;
  readonly session?: "absent" | "superseded";
  /** By how much the gateway's clock is ahead of ours. */
  readonly gatewayAheadMs?: () => number;
}

async function start({
  request: changes,
  payments = [],
  read,
  disable,
  follow,
  session: gone,
  gatewayAheadMs = () => 0,
}: Setting = {}) {
  const ledger = await openLedger(changes);
  const { store, settler, clock, request } = ledger;
  let latest = request;
  if (payments.length > 0) {
    latest = { ...request, version: 2 };
    await store.commit({ request: latest, payments });
  }
  const done: string[] = [];
  const session: Session = fakeSession({
    gateway: {
      disablePaymentRequest: async () => {
        done.push("disable");
        await disable?.();
      },
    },
  });
  const logged: [string, LogFields | undefined][] = [];
  const work = createReconcileWork({
    store,
    settler,
    clock,
    gatewayTime: { now: () => clock.now() + gatewayAheadMs() },
    sessions: { open: async () => session, ofRow: async () => gone ?? session, close: async () => {} },
    confirmer: {
      confirmPayment: async () => ({ kind: "agrees" }),
      confirmRequest: async () => {
        done.push("read");
        return read ? read() : { ...paymentRequest, modified_at: "2026-01-01T00:00:00.000Z" };
      },
    },
    book: {
      follow: async () => {
        done.push("follow");
        await follow?.();
      },
    } as unknown as RefundBook,
    logger: { ...silentLogger, info: (text, fields) => void logged.push([text, fields]) },
  });
  return {
    ...ledger,
    work,
    done,
    logged,
    pause: async () => {
      const { nextReadAt } = await ledger.current();
      return nextReadAt === null ? null : nextReadAt - clock.now();
    },
    go: () => work.request(latest),
  };
}

const over = { deadlineAt: Date.UTC(2026, 0, 1), createdAt: Date.UTC(2026, 0, 1) - 60_000 } as const;

describe("a link that is due", () => {
  it("is read, and its next read is set", async () => {
    const { go, done, pause } = await start();
    await go();
    expect(done).toEqual(["read"]);
    expect(await pause()).toBe(30 * 86_400_000);
  });

  it.each([
    ["gateway_timeout", 5_000],
    ["not_found", 5_000],
    ["gateway_refused", 300_000],
  ] as const)("and could not be read (%s) is read again after %d ms", async (code, ms) => {
    const { go, pause, logged } = await start({
      read: async () => {
        throw new FlowError(code, "no");
      },
    });
    await go();
    expect(await pause()).toBe(ms);
    expect(logged).toEqual([["A link could not be read or closed; it stays watched.", { account: "shop", code }]]);
  });

  it("fails loudly for what is no fault of the gateway", async () => {
    const { go } = await start({
      read: async () => {
        throw new TypeError("what");
      },
    });
    await expect(go()).rejects.toBeInstanceOf(TypeError);
  });

  it("waits a minute while its account is not there", async () => {
    const { go, done, pause } = await start({ session: "absent" });
    await go();
    expect(done).toEqual([]);
    expect(await pause()).toBe(60_000);
  });

  it("rests while its account is another one, and goes on when that is put right", async () => {
    const { go, done, pause } = await start({ request: { nextReadAt: 1 }, session: "superseded" });
    await go();
    expect(done).toEqual([]);
    expect(await pause()).toBe(60_000);
  });

  it("and is gone from the ledger is nobody's business", async () => {
    const { work, request, current } = await start();
    await work.request({ ...request, tag: "f".repeat(32) });
    expect(await current()).toEqual(request);
  });
});

describe("a link whose time is up", () => {
  it.each(["Pending", "Failed"] as const)(
    "and is %s is closed, read once more and told as Cancelled",
    async (status) => {
      const { go, done, current, sent } = await start({
        request: { ...over, status },
        payments: status === "Failed" ? [paymentRow({ state: "failed" })] : [],
      });
      await go();
      expect(done).toEqual(["read", "disable", "read"]);
      expect(await current()).toMatchObject({ status: "Cancelled", closedFor: "expired" });
      expect(await sent()).toEqual(["Cancelled/expired"]);
    },
  );

  it("is not closed before", async () => {
    const { go, done, current } = await start({ request: { ...over, deadlineAt: over.deadlineAt + 1 } });
    await go();
    expect(done).toEqual(["read"]);
    expect(await current()).toMatchObject({ status: "Pending", closedFor: null });
  });

  it.each(["Completed", "Refunded", "Cancelled"] as const)("and is %s is only read", async (status) => {
    const { go, done, sent } = await start({ request: { ...over, status } });
    await go();
    expect(done).toEqual(["read"]);
    expect(await sent()).toEqual([]);
  });

  it("is closed once, and looked at again until nothing is unfinished", async () => {
    const { go, done, current, sent } = await start({
      request: { ...over, status: "Processing", closedFor: "expired" },
      payments: [paymentRow({ state: "open" })],
    });
    await go();
    expect(done).toEqual(["read"]);
    expect(await current()).toMatchObject({ status: "Processing" });
    expect(await sent()).toEqual([]);
  });

  it.each([
    ["says Completed", { ...paymentRequest, status: "Completed" }],
    ["lists a payment that the ledger has not", { ...paymentRequest, payments: ["https://x/v2/payments/MOJO1/"] }],
  ])("is not told as Cancelled when the read %s", async (_, found) => {
    const { go, current, sent } = await start({ request: over, read: async () => found });
    await go();
    expect(await current()).toMatchObject({ status: "Pending", closedFor: "expired" });
    expect(await sent()).toEqual([]);
  });

  it("stays open and watched where the gateway refuses to close it", async () => {
    const { go, done, current, pause, sent } = await start({
      request: over,
      disable: async () => {
        throw new FlowError("gateway_refused", "no");
      },
    });
    await go();
    expect(done).toEqual(["read", "disable"]);
    expect(await current()).toMatchObject({ status: "Pending", closedFor: null });
    expect(await pause()).toBe(300_000);
    expect(await sent()).toEqual([]);
  });
});

describe("what the gateway may still hide", () => {
  const stale = { ...paymentRequest, modified_at: "2025-12-31T23:58:00.000Z" };

  it("keeps Cancelled from being told until a read shows the link's own closing", async () => {
    let shown = stale;
    const ledger = await start({ request: over, read: async () => shown });
    await ledger.go();
    expect(await ledger.current()).toMatchObject({
      status: "Pending",
      closedFor: "expired",
      closedAt: over.deadlineAt,
    });
    expect(await ledger.pause()).toBe(5_000);
    shown = { ...stale, modified_at: "2026-01-01T00:00:00.000Z" };
    await ledger.work.request(await ledger.current());
    expect(await ledger.sent()).toEqual(["Cancelled/expired"]);
  });

  it("is over 150 seconds after the closing, where the gateway does not stamp it", async () => {
    const ledger = await start({ request: over, read: async () => stale });
    await ledger.go();
    await ledger.clock.advance(149_999);
    await ledger.work.request(await ledger.current());
    expect(await ledger.sent()).toEqual([]);
    await ledger.clock.advance(1);
    await ledger.work.request(await ledger.current());
    expect(await ledger.sent()).toEqual(["Cancelled/expired"]);
    expect(ledger.done.filter((one) => one === "disable")).toHaveLength(1);
  });
});

describe("a deadline", () => {
  it("runs on the gateway's clock, ahead of ours or behind it", async () => {
    const behind = await start({ request: over, gatewayAheadMs: () => -60_000 });
    await behind.go();
    expect(behind.done).toEqual(["read"]);
    const ahead = await start({
      request: { ...over, deadlineAt: over.deadlineAt + 60_000 },
      gatewayAheadMs: () => 60_000,
      read: async () => ({ ...paymentRequest, modified_at: "2026-01-01T00:01:00.000Z" }),
    });
    await ahead.go();
    expect(await ahead.sent()).toEqual(["Cancelled/expired"]);
  });

  it("is looked up anew before the link is closed, because our clock may have jumped", async () => {
    let ahead = 60_000;
    const ledger = await start({
      request: { ...over, deadlineAt: over.deadlineAt + 60_000 },
      gatewayAheadMs: () => ahead,
      read: async () => {
        ahead = 0;
        return paymentRequest;
      },
    });
    await ledger.go();
    expect(ledger.done).toEqual(["read"]);
    expect(await ledger.pause()).toBe(60_000);
  });
});

describe("a refund that is due", () => {
  const saved = async (ledger: Awaited<ReturnType<typeof start>>) => {
    const refund = refundRow({ stage: "requested", caseId: "C1", createdAt: ledger.clock.now(), nextReadAt: 1 });
    await ledger.store.saveRefund(refund);
    await ledger.work.refund(refund);
    const after = await ledger.store.refundByTransaction(shopAccount, refund.transactionId);
    return { refund, after, pause: after?.nextReadAt == null ? null : after.nextReadAt - ledger.clock.now() };
  };

  it("is followed", async () => {
    const ledger = await start();
    const { refund, after } = await saved(ledger);
    expect(ledger.done).toEqual(["follow"]);
    expect(after).toEqual(refund);
  });

  it("is followed on when it could not be read", async () => {
    const ledger = await start({
      follow: async () => {
        throw new FlowError("gateway_timeout", "no");
      },
    });
    const { after, refund, pause } = await saved(ledger);
    expect(after).toEqual({ ...refund, nextReadAt: after?.nextReadAt });
    expect(pause).toBe(5_000);
  });

  it("fails loudly for what is no fault of the gateway", async () => {
    const ledger = await start({
      follow: async () => {
        throw new TypeError("what");
      },
    });
    await expect(saved(ledger)).rejects.toBeInstanceOf(TypeError);
  });

  it("waits while its account is not there, or is another one", async () => {
    const absent = await start({ session: "absent" });
    expect((await saved(absent)).pause).toBe(60_000);
    const superseded = await start({ session: "superseded" });
    expect((await saved(superseded)).pause).toBe(60_000);
    expect([...absent.done, ...superseded.done]).toEqual([]);
  });
});
