import { describe, expect, it } from "@jest/globals";
import { createConfirmer } from "../../src/payments/confirm.ts";
import { createDeliverWork } from "../../src/payments/deliver.ts";
import type { Findings } from "../../src/payments/quarantine-findings.ts";
import { openTakers } from "../../src/payments/takers.ts";
import type { Taker } from "../../src/runtime/host.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import type { MetricLabels } from "../../src/runtime/metrics.ts";
import type { DeliveryRow } from "../../src/store/rows.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { payment, paymentId, paymentRequest, refusal } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { manualClock } from "../helpers/manual-clock.ts";
import { deliveryRow, eventRow, requestRow } from "../stores/sample-rows.ts";

const urlOf = (id: string) => `https://api.instamojo.com/v2/payments/${id}/`;
const second = "MOJO5a06005J21512198";
const paidRequest = { ...paymentRequest, status: "Completed", payments: [urlOf(paymentId)] };

async function start(heldPayments: readonly string[] = []) {
  const ledger = await openLedger();
  const { store, settler, clock, request, tag } = ledger;
  const found: unknown[] = [];
  const findings: Findings = {
    found: async (_, finding) => void found.push(finding),
    isHeld: async (_, id) => heldPayments.includes(id),
  };
  const confirmer = createConfirmer({ store, settler, clock, links: { adopt: async () => null }, findings });
  return {
    ...ledger,
    found,
    confirmer,
    accept: (session = fakeSession()) => confirmer.acceptPayment(session, request, paymentId, "webhook"),
    payments: async () => (await store.snapshot(tag))?.payments,
  };
}

describe("a payment that a person accepts", () => {
  const reads = (changes: object) => fakeSession({ payments: [{ ...payment, ...changes }], requests: [paidRequest] });

  it.each([
    ["of less than was asked for counts as what was paid", { amount: "9.00", fees: "0.18" }, 900, "0.18"],
    ["of an unreadable amount counts as what was asked for", { amount: "?" }, 20_000, null],
    ["in another currency counts as what was asked for", { amount: "3.00", currency: "USD" }, 20_000, null],
  ])("%s, and is told as accepted", async (_, changes, amountPaise, fees) => {
    const { accept, payments, sent, current } = await start();
    expect(await accept(reads(changes))).toBe(true);
    expect(await payments()).toMatchObject([{ paymentId, state: "paid", amountPaise, fees }]);
    expect(await current()).toMatchObject({ status: "Completed" });
    expect(await sent()).toEqual(["Completed/accepted"]);
  });

  it("and that agrees by now is told as any other", async () => {
    const { accept, sent } = await start();
    expect(await accept(reads({}))).toBe(true);
    expect(await sent()).toEqual(["Completed/null"]);
  });

  it.each([false, null])("and that the gateway does not call paid (%p) starts nothing", async (status) => {
    const { accept, sent, payments } = await start();
    expect(await accept(reads({ status }))).toBe(false);
    expect([await sent(), await payments()]).toEqual([[], []]);
  });

  it("and that cannot be read starts nothing", async () => {
    const { accept, sent } = await start();
    expect((await refusal(accept())).code).toBe("not_found");
    expect(await sent()).toEqual([]);
  });
});

describe("a read of a link", () => {
  it("leaves out a payment that waits for a person, and settles the others", async () => {
    const { confirmer, request, payments } = await start([second]);
    const session = fakeSession({
      payments: [payment, { ...payment, id: second }],
      requests: [{ ...paidRequest, payments: [urlOf(paymentId), urlOf(second)] }],
    });
    await confirmer.confirmRequest(session, request, "poll");
    expect(session.asked).not.toContain(second);
    expect(await payments()).toMatchObject([{ paymentId, state: "paid" }]);
  });

  it("hands on what contradicts, which starts nothing", async () => {
    const { confirmer, request, sent, found } = await start();
    const session = fakeSession({ payments: [{ ...payment, amount: "9.00" }], requests: [paidRequest] });
    await confirmer.confirmRequest(session, request, "poll");
    expect(found).toEqual([{ paymentId, what: "amount" }]);
    expect(await sent()).toEqual([]);
  });
});

describe("a failed attempt at a link that another attempt paid", () => {
  it("is told after the payment, so that nobody is asked to try again", async () => {
    const { confirmer, events } = await start();
    const session = fakeSession({
      payments: [payment, { ...payment, id: second, status: false }],
      requests: [{ ...paidRequest, payments: [urlOf(second), urlOf(paymentId)] }],
    });
    await confirmer.confirmPayment(session, second, "webhook");
    expect((await events())[0]).toMatchObject({ status: "Completed", paymentId });
  });
});

describe("the numbers of deliveries", () => {
  async function deliver(deliverEvent: Taker["deliver"], changes: Partial<DeliveryRow> = {}) {
    const clock = manualClock(1_000);
    const store = await openSqliteStore({ file: ":memory:" });
    const takers = await openTakers(store);
    await takers.add({ id: "flow-1", deliver: deliverEvent });
    await store.addRequest(requestRow());
    const row = eventRow();
    const event = { ...row.event, account: "shop", observedAt: new Date(0).toISOString() };
    const delivery = deliveryRow(changes);
    await store.commit({
      request: requestRow({ version: 2 }),
      events: [{ ...row, event }],
      deliveries: [deliveryRow()],
    });
    const counted: [string, string, string | undefined][] = [];
    const lags: [string, number][] = [];
    const metrics = {
      count: (name: string, { account, cause }: MetricLabels) => void counted.push([name, String(account), cause]),
      observe: (name: string, _: MetricLabels, seconds: number) => void lags.push([name, seconds]),
      gauge() {},
    };
    const work = createDeliverWork({ store, takers, clock, logger: silentLogger, metrics })(delivery);
    return { clock, store, work, counted, lags };
  }
  const failing = async () => {
    throw new TypeError("the taker's own words");
  };

  it("name what was taken, and how long after it was seen", async () => {
    const { work, counted, lags } = await deliver(async () => {});
    await work;
    expect(counted).toEqual([["delivered", "shop", undefined]]);
    expect(lags).toEqual([["deliverLag", 1]]);
  });

  it("name what is tried again and what is parked, by a cause that is no word of the taker", async () => {
    const again = await deliver(failing);
    await again.work;
    expect(again.counted).toEqual([["retried", "shop", "rejected"]]);
    const last = await deliver(failing, { attempts: 10 });
    await last.work;
    expect(last.counted).toEqual([["parked", "shop", "rejected"]]);
  });

  it("name a taker that takes too long", async () => {
    const { work, counted, clock } = await deliver(() => new Promise(() => {}));
    await clock.advance(30_000);
    await work;
    expect(counted).toEqual([["retried", "shop", "timeout"]]);
  });

  it("name nothing of an event that is not there", async () => {
    const { work, counted } = await deliver(failing, { eventId: "evt_9" });
    await work;
    expect(counted).toEqual([]);
  });
});
