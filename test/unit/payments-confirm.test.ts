import { describe, expect, it } from "@jest/globals";
import type { RequestRow } from "../../src/store/rows.ts";
import { createConfirmer } from "../../src/payments/confirm.ts";
import { payment as plainPayment, paymentId, paymentRequest, refusal, requestId } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";

const urlOf = (id: string) => `https://api.instamojo.com/v2/payments/${id}/`;
const other = "MOJO5a06005J21512198";
const seller = "https://api.instamojo.com/v2/users/90f01dfdacbe4fe7892fc27dbdc30906/";
const payment = { ...plainPayment, seller };
const paidRequest = { ...paymentRequest, status: "Completed", payments: [urlOf(paymentId)] };

async function start(changes: Partial<RequestRow> = {}, adopted: RequestRow | null = null) {
  const ledger = await openLedger(changes);
  const { store, settler, clock } = ledger;
  const confirmer = createConfirmer({
    store,
    settler,
    clock,
    links: { adopt: async () => adopted },
  });
  return { ...ledger, confirmer };
}

describe("a payment that is confirmed", () => {
  it("is told when both reads agree", async () => {
    const { confirmer, current, sent } = await start();
    const session = fakeSession({ payments: [payment], requests: [paidRequest] });
    expect(await confirmer.confirmPayment(session, paymentId, "webhook")).toEqual({ kind: "agrees" });
    expect(await current()).toMatchObject({ status: "Completed" });
    expect(await sent()).toEqual(["Completed/null"]);
    expect(session.asked).toEqual([paymentId, requestId]);
  });

  it("pins the merchant that the first reply names, and contradicts another one", async () => {
    const { confirmer, store, row, sent } = await start();
    await confirmer.confirmPayment(fakeSession({ payments: [payment], requests: [paidRequest] }), paymentId, "poll");
    expect(await store.pinMerchant(row, "x")).toBe("90f01dfdacbe4fe7892fc27dbdc30906");
    const foreign = { ...payment, id: other, seller: "https://x/v2/users/other/" };
    const listed = { ...paidRequest, payments: [urlOf(paymentId), urlOf(other)] };
    const session = fakeSession({ payments: [foreign], requests: [listed] });
    expect(await confirmer.confirmPayment(session, other, "poll")).toEqual({ kind: "contradicts", what: "seller" });
    expect(await sent()).toEqual(["Completed/null"]);
  });

  it("compares with the pinned merchant where the reply names none", async () => {
    const { confirmer } = await start();
    const session = fakeSession({ payments: [payment], requests: [{ ...paidRequest, user: null }] });
    const pinned = { ...session, row: { ...session.row, merchant: "another" } };
    expect(await confirmer.confirmPayment(pinned, paymentId, "poll")).toEqual({ kind: "contradicts", what: "seller" });
  });

  it("is waited for while it is unfinished, and told as Processing", async () => {
    const { confirmer, sent } = await start();
    const session = fakeSession({ payments: [{ ...payment, status: null }], requests: [paymentRequest] });
    expect(await confirmer.confirmPayment(session, paymentId, "webhook")).toEqual({ kind: "not-yet" });
    expect(await sent()).toEqual(["Processing/null"]);
  });

  it.each([
    ["contradicts the ledger", { amount: "9.00" }, paidRequest, "contradicts"],
    ["is ahead of its request", {}, paymentRequest, "not-yet"],
  ] as const)("starts nothing when it %s", async (_, changes, request, kind) => {
    const { confirmer, current, sent } = await start();
    const session = fakeSession({ payments: [{ ...payment, ...changes }], requests: [request] });
    expect(await confirmer.confirmPayment(session, paymentId, "webhook")).toMatchObject({ kind });
    expect(await current()).toMatchObject({ status: "Pending", version: 1 });
    expect(await sent()).toEqual([]);
  });

  it("is not ours when it paid no request, or one that is not in the ledger", async () => {
    const { confirmer, sent } = await start();
    const loose = fakeSession({ payments: [{ ...payment, payment_request: null }] });
    expect(await confirmer.confirmPayment(loose, paymentId, "webhook")).toEqual({ kind: "not-ours" });
    const id = "1".repeat(32);
    const strange = fakeSession({
      payments: [{ ...payment, payment_request: `https://x/v2/payment_requests/${id}/` }],
      requests: [{ ...paidRequest, id }],
    });
    expect(await confirmer.confirmPayment(strange, paymentId, "webhook")).toEqual({ kind: "not-ours" });
    expect(await sent()).toEqual([]);
  });

  it("is ours when its request can be adopted", async () => {
    const bare = await start({ paymentRequestId: null, stage: "asking" });
    const adopted: RequestRow = { ...bare.request, paymentRequestId: requestId, stage: "open", version: 2 };
    await bare.store.commit({ request: adopted });
    const { store, settler, clock } = bare;
    const links = { adopt: async () => adopted };
    const blind = { ...store, requestById: async () => null };
    const confirmer = createConfirmer({ store: blind, settler, clock, links });
    const session = fakeSession({ payments: [payment], requests: [paidRequest] });
    expect(await confirmer.confirmPayment(session, paymentId, "webhook")).toEqual({ kind: "agrees" });
    expect(await bare.sent()).toEqual(["Completed/null"]);
  });

  it("fails as its reads fail", async () => {
    const { confirmer } = await start();
    expect((await refusal(confirmer.confirmPayment(fakeSession(), paymentId, "poll"))).code).toBe("not_found");
  });
});

describe("a link that is read", () => {
  it("brings every listed and every known payment that is not final, once", async () => {
    const { confirmer, sent } = await start();
    const failed = { ...payment, id: other, status: false };
    const listed = { ...paymentRequest, payments: [urlOf(other), urlOf(other), "https://x/not-a-payment/"] };
    const first = fakeSession({ payments: [failed, { ...payment, status: null }], requests: [listed] });
    await confirmer.confirmPayment(first, paymentId, "webhook");
    first.asked.length = 0;
    const { request } = await start();
    expect(await confirmer.confirmRequest(first, request, "poll")).toEqual(listed);
    expect(first.asked).toEqual([requestId, other, paymentId]);
    const later = fakeSession({ payments: [failed, payment], requests: [{ ...listed, status: "Completed" }] });
    await confirmer.confirmRequest(later, request, "poll");
    expect(later.asked).toEqual([requestId, paymentId]);
    expect(await sent()).toEqual(["Processing/null", "Failed/null", "Completed/null"]);
  });

  it("is read alone when the ledger has lost sight of it", async () => {
    const { confirmer, request } = await start();
    const session = fakeSession({ requests: [paymentRequest] });
    await confirmer.confirmRequest(session, { ...request, tag: "f".repeat(32) }, "poll");
    expect(session.asked).toEqual([requestId]);
  });
});
