import { describe, expect, it } from "@jest/globals";
import type { Payment } from "../../schemas/wire/payment.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Confirmation } from "../../src/payments/confirm.ts";
import { createGatewayTime } from "../../src/payments/gateway-time.ts";
import type { Session } from "../../src/payments/sessions.ts";
import { createSweep } from "../../src/payments/sweep.ts";
import { startSweepLane } from "../../src/payments/sweep-lane.ts";
import { paymentList } from "../../src/payments/sweep-list.ts";
import { createWatchWork } from "../../src/payments/sweep-watch.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import { type LogFields, silentLogger } from "../../src/runtime/logger.ts";
import type { RequestRow } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import type { WatchedPaymentRow } from "../../src/store/sweep-rows.ts";
import { payment, paymentId, paymentRequest, refusal, testAccount } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { manualClock, settleAll } from "../helpers/manual-clock.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

async function startSweep(storeChanges: Partial<Store> = {}) {
  const ledger = await openLedger({}, storeChanges);
  const { store, clock } = ledger;
  const shown: { payments: Payment[]; requests: PaymentRequest[] } = { payments: [], requests: [] };
  let calls = 0;
  const pageOf = <Row>(rows: readonly Row[], { page, limit }: { page: number; limit: number }) => {
    calls += 1;
    const next = page * limit < rows.length ? "https://x/?page" : null;
    return { rows: rows.slice((page - 1) * limit, page * limit), count: rows.length, next };
  };
  const session = fakeSession({
    gateway: {
      async listPayments(page) {
        const { rows, ...rest } = pageOf(shown.payments, page);
        return { payments: rows, ...rest };
      },
      async listPaymentRequests(page) {
        const { rows, ...rest } = pageOf(shown.requests, page);
        return { payment_requests: rows, ...rest };
      },
    },
  });
  let news = 0;
  const sweep = createSweep({
    store,
    links: { adopt: async () => null },
    clock,
    gatewayTime: createGatewayTime(clock),
    logger: silentLogger,
    onNews: () => void news++,
  });
  return {
    ...ledger,
    shown,
    news: () => news,
    calls: () => calls,
    run: () => sweep.run(session),
    watched: async () => (await store.watchedPayments(clock.now(), 100)).map((row) => row.paymentId),
  };
}

describe("a sweep over the lists", () => {
  const completed: PaymentRequest = { ...paymentRequest, status: "Completed" };

  it("has a link read that is called paid without a payment, once", async () => {
    const { shown, run, current, news } = await startSweep();
    shown.requests = [completed];
    await run();
    expect(await current()).toMatchObject({ nextReadAt: 0, version: 2, status: "Pending" });
    expect(news()).toBe(1);
    await run();
    expect(await current()).toMatchObject({ version: 2 });
    expect(news()).toBe(1);
  });

  it("has it read also where the link changes at the same moment", async () => {
    const ledger = await startSweep();
    const { store, shown, run, current } = ledger;
    const { commit } = store;
    let isFirst = true;
    store.commit = async (change) => {
      if (isFirst) {
        isFirst = false;
        const now = (await current()) as RequestRow;
        await commit({ request: { ...now, status: "Processing", version: now.version + 1 } });
      }
      return commit(change);
    };
    shown.requests = [completed];
    await run();
    expect(await current()).toMatchObject({ nextReadAt: 0, status: "Processing", version: 3 });
  });

  it("goes on where that link is gone from the ledger by then", async () => {
    const { store, shown, run } = await startSweep();
    shown.requests = [completed];
    store.requestByTag = async () => null;
    store.commit = async () => {
      throw new Error("There is nothing to change.");
    };
    await run();
  });

  it("remembers every row of a list however long it is", async () => {
    const { shown, run, clock, store } = await startSweep();
    shown.payments = Array.from({ length: 2_100 }, (_, index): Payment => {
      const created_at = new Date(clock.now() - index * 1_000).toISOString();
      return { ...payment, id: `MOJO${index}`, payment_request: null, created_at };
    });
    await run();
    const { markOf } = paymentList(fakeSession().gateway);
    const account = { account: "shop", environment: "test" } as const;
    expect(await store.unseenMarks(account, "payments", shown.payments.map(markOf))).toEqual([]);
  });

  it("finds once an hour what came below a page that it knew already", async () => {
    const { shown, run, watched, clock, calls, store } = await startSweep();
    const made = (index: number) => new Date(clock.now() - index * minute).toISOString();
    const others = Array.from({ length: 150 }, (_, index): Payment => {
      return { ...payment, id: `MOJO${index}`, payment_request: null, created_at: made(index) };
    });
    shown.payments = others;
    await run();
    const account = { account: "shop", environment: "test" } as const;
    expect(await store.sweep(account)).toMatchObject({ foreignPayments: 150, deepDoneAt: clock.now() });
    shown.payments = others.toSpliced(130, 0, { ...payment, created_at: made(129.5) });
    await clock.advance(hour - 1);
    const before = calls();
    await run();
    expect(calls() - before).toBe(2);
    expect(await watched()).toEqual([]);
    await clock.advance(1);
    for (let sweeps = 0; sweeps < 5; sweeps += 1) {
      const start = calls();
      await run();
      expect(calls() - start).toBeLessThanOrEqual(4);
    }
    expect(await watched()).toEqual([paymentId]);
    expect(await store.sweep(account)).toMatchObject({ foreignPayments: 150, deepDoneAt: clock.now() });
  });
});

describe("a payment that a list showed", () => {
  const firstSeenAt = Date.UTC(2026, 0, 1);
  const row: WatchedPaymentRow = { account: "shop", environment: "test", paymentId, firstSeenAt, nextAt: firstSeenAt };

  async function work(
    answer: Confirmation | Error,
    { age = 0, session = fakeSession() }: { age?: number; session?: Session | "absent" | "superseded" } = {},
  ) {
    const { store } = await openLedger();
    const logged: (LogFields | undefined)[] = [];
    const asked: unknown[] = [];
    await store.watchPayments([row]);
    const thrown = await createWatchWork({
      store,
      sessions: { open: async () => fakeSession(), ofRow: async () => session, close: async () => {} },
      confirmer: {
        async confirmPayment(_, id, source) {
          asked.push([id, source]);
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
      clock: manualClock(firstSeenAt + age),
      logger: { ...silentLogger, info: (_, fields) => void logged.push(fields) },
    })(row).then(
      () => null,
      (error: unknown) => error,
    );
    const [watched] = await store.watchedPayments(Number.MAX_SAFE_INTEGER, 10);
    return { asked, logged, thrown, pauseMs: watched ? watched.nextAt - firstSeenAt - age : null };
  }

  it.each([{ kind: "agrees" }, { kind: "not-ours" }, { kind: "contradicts", what: "amount" }] as const)(
    "is read by its id, and no more once the answer is %p",
    async (answer) => {
      const { pauseMs, asked } = await work(answer);
      expect(asked).toEqual([[paymentId, "poll"]]);
      expect(pauseMs).toBeNull();
    },
  );

  it.each([
    [0, 2_000],
    [10 * minute, minute],
    [8 * day, day],
    [90 * day, day],
    [90 * day + 1, null],
  ])("and is not final after %d ms is read again in %p", async (age, pauseMs) => {
    expect((await work({ kind: "not-yet" }, { age })).pauseMs).toBe(pauseMs);
  });

  it.each([
    [0, 5_000],
    [10 * minute, minute],
    [90 * day + 1, null],
  ])("and cannot be read after %d ms is read again in %p, with a word in the log", async (age, pauseMs) => {
    const failed = await work(new FlowError("gateway_timeout", "no answer"), { age });
    expect(failed).toMatchObject({ pauseMs, thrown: null });
    expect(failed.logged).toEqual([{ account: "shop", code: "gateway_timeout" }]);
  });

  it("stays watched as it is when something else breaks", async () => {
    const { thrown, pauseMs } = await work(new TypeError("what"));
    expect(thrown).toBeInstanceOf(TypeError);
    expect(pauseMs).toBe(0);
  });

  it("waits a minute for an account that is not there now, and ends with one that became another", async () => {
    expect(await work({ kind: "agrees" }, { session: "absent" })).toMatchObject({ pauseMs: minute, asked: [] });
    expect(await work({ kind: "agrees" }, { session: "superseded" })).toMatchObject({ pauseMs: null, asked: [] });
  });
});

describe("the sweeps of the accounts", () => {
  async function startLane(run: () => Promise<void>) {
    const { store, clock } = await openLedger();
    let accounts = [{ ...testAccount }];
    let runs = 0;
    const logged: [string, LogFields | undefined][] = [];
    const log = (text: string, fields?: LogFields) => void logged.push([text, fields]);
    const lane = startSweepLane({
      host: { accounts: () => accounts },
      store,
      sessions: { open: async () => fakeSession(), ofRow: async () => "absent", close: async () => {} },
      sweep: {
        run: () => {
          runs += 1;
          return run();
        },
      },
      clock,
      logger: { ...silentLogger, info: log, error: log },
    });
    const forgetAccounts = () => {
      accounts = [];
    };
    const until = async (isSo: () => boolean) => {
      for (let tries = 0; tries < 200 && !isSo(); tries += 1) await settleAll();
      expect(isSo()).toBe(true);
    };
    return { lane, clock, logged, until, runs: () => runs, forgetAccounts };
  }

  it("try again five seconds after a list could not be read", async () => {
    const { lane, clock, logged, until, runs } = await startLane(async () => {
      throw new FlowError("gateway_timeout", "no answer");
    });
    await until(() => logged.length === 1);
    expect(logged[0]?.[1]).toEqual({ account: "shop", code: "gateway_timeout", attempt: 1 });
    expect(runs()).toBe(1);
    await clock.advance(4_000);
    expect(runs()).toBe(1);
    await clock.advance(2_000);
    await until(() => runs() === 2);
    expect([...lane.lagsMs()]).toEqual([["shop", 6_000]]);
    await lane.stop();
  });

  it("go on after something else broke, too", async () => {
    const { lane, clock, until, runs } = await startLane(async () => {
      throw new TypeError("what");
    });
    await until(() => runs() === 1);
    await clock.advance(6_000);
    await until(() => runs() === 2);
    await lane.stop();
  });

  it("leave out an account that is gone, also where its pace was to change", async () => {
    const { lane, clock, until, runs, forgetAccounts } = await startLane(async () => {});
    await until(() => runs() === 1);
    forgetAccounts();
    lane.replan("shop");
    await clock.advance(hour);
    expect(runs()).toBe(1);
    expect([...lane.lagsMs()]).toEqual([]);
    await lane.stop();
  });
});

describe("a list whose rows cannot be noted as seen", () => {
  it("is not taken for known: the next sweep finds its payments again", async () => {
    const { run, shown, watched, store } = await startSweep();
    shown.payments = [{ ...payment, created_at: "2026-01-01T00:00:00Z" }];
    const { saveMarks } = store;
    store.saveMarks = async () => {
      throw new FlowError("store_unavailable", "The ledger could not be written.");
    };
    expect(await refusal(run())).toMatchObject({ code: "store_unavailable" });
    store.saveMarks = saveMarks;
    await store.endWatch({ account: "shop", environment: "test", paymentId });
    expect(await watched()).toEqual([]);
    await run();
    expect(await watched()).toEqual([paymentId]);
  });
});
