import { afterEach, describe, expect, it } from "@jest/globals";
import type { PickKind } from "../../schemas/form.ts";
import type { PickQuery } from "../../src/operator/pick-list.ts";
import { localCredentials, type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;

afterEach(async () => {
  await host.close();
});

const pick = (kind: PickKind, query: Partial<PickQuery> = {}) =>
  host.plugin.pick(kind, { account: "shop", isMasked: false, ...query });
const titles = async (kind: PickKind, query: Partial<PickQuery> = {}) =>
  (await pick(kind, query)).items.map(({ title, state, left }) => [title, state, left].filter(Boolean).join(" | "));

async function link(purpose: string, amount = "499"): Promise<string> {
  const input = { amount, purpose, customerName: "John Doe" };
  const result = await host.run("generate-payment-link", input);
  return (result as unknown as { output: { paymentRequestId: string } }).output.paymentRequestId;
}

async function paid(purpose: string, amount?: string): Promise<string> {
  const paymentRequestId = await link(purpose, amount);
  const { id } = host.simulator.control.pay({ paymentRequestId, outcome: "success" });
  await host.event((event) => event.paymentId === id && event.status === "Completed");
  return id;
}

const refund = (paymentId: string, uniqueTransactionId: string, refundAmount?: string) =>
  host.run("create-refund", {
    ...{ paymentId, uniqueTransactionId, issueType: "QFL", description: "No." },
    ...(refundAmount ? { refundAmount } : {}),
  });

/** What somebody does at Instamojo without us. */
async function elsewhere(path: string, form: Record<string, string>): Promise<Record<string, unknown>> {
  const { url } = host.simulator;
  const { clientId, clientSecret } = localCredentials;
  const grant = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
  const post = (to: string, body: Record<string, string>, headers = {}) =>
    fetch(`${url}${to}`, { method: "POST", headers, body: new URLSearchParams(body) }).then(
      (reply) => reply.json() as Promise<Record<string, unknown>>,
    );
  const { access_token: token } = await post("/oauth2/token/", grant);
  return post(path, form, { authorization: `Bearer ${token}` });
}

async function paidElsewhere(purpose: string): Promise<string> {
  const made = await elsewhere("/v2/payment_requests/", { amount: "1250", purpose, buyer_name: "John" });
  return host.simulator.control.pay({ paymentRequestId: String(made.id), outcome: "success" }).id;
}

describe("the list to pick from", () => {
  it("has recent links with amount, purpose, buyer and what became of them, the newest first", async () => {
    host = await startPluginHost();
    const open = await link("Yoga class", "123456.5");
    const bought = await paid("Iphone");
    const { items, cursor, note } = await pick("payment-requests");
    expect(items).toEqual([
      expect.objectContaining({ title: "₹499.00 · Iphone · John Doe", state: "paid", left: null }),
      expect.objectContaining({ id: open, title: "₹1,23,456.50 · Yoga class · John Doe", state: "asked for" }),
    ]);
    expect(items[0]?.at).toBeGreaterThanOrEqual(items[1]?.at ?? Number.NaN);
    expect([cursor, note]).toEqual([null, null]);
    expect((await pick("payments")).items).toEqual([expect.objectContaining({ id: bought, state: "paid" })]);
  });

  it("offers to refund what something is left of: not refunded, not being refunded, by whomever", async () => {
    host = await startPluginHost();
    const [whole, part, gone, byHand] = [
      await paid("Whole"),
      await paid("Part"),
      await paid("Gone"),
      await paid("Hand"),
    ];
    await link("Open");
    await refund(part, "part-1", "200");
    await refund(gone, "gone-1");
    await elsewhere(`/v2/payments/${byHand}/refund/`, {
      ...{ type: "QFL", body: "by hand", refund_amount: "99.5", transaction_id: "dashboard" },
    });
    host.simulator.control.faults({ kind: "reset", method: "POST", path: "/v2/payments/*/refund/" });
    const unknown = await paid("Unknown");
    expect(await refund(unknown, "unknown-1")).toMatchObject({ port: "unknown" });
    const { items } = await pick("refundable-payments");
    expect(items.map(({ id, left }) => [id, left])).toEqual([
      [byHand, "₹399.50 left"],
      [part, "₹299.00 left"],
      [whole, null],
    ]);
    expect(await titles("refunds")).toEqual(
      expect.arrayContaining(["₹200.00 · Part · John Doe | refund requested, asked for"]),
    );
  });

  it("is completed by what only Instamojo has, and by a whole id", async () => {
    host = await startPluginHost();
    await paid("Here");
    const foreign = await paidElsewhere("Made in the dashboard");
    const calls = host.simulator.ledger().calls.length;
    const { items } = await pick("refundable-payments");
    expect(items.map(({ title }) => title)).toEqual(
      expect.arrayContaining(["₹1,250.00 · Made in the dashboard · John", "₹499.00 · Here · John Doe"]),
    );
    expect(items).toHaveLength(2);
    expect(host.simulator.ledger().calls.length - calls).toBeLessThanOrEqual(2);
    expect((await pick("payments", { search: foreign })).items).toEqual([expect.objectContaining({ id: foreign })]);
    expect((await pick("payments", { search: `MOJO${"0".repeat(16)}` })).items).toEqual([]);
  });

  it("is found by words, ids, amounts and names, whatever their case", async () => {
    host = await startPluginHost();
    const id = await link("Yoga class", "1234");
    await link("Iphone");
    for (const search of ["yoga", "CLASS yoga", "1234", "1,234", id, id.slice(0, 12).toUpperCase()]) {
      expect(await titles("payment-requests", { search })).toEqual(["₹1,234.00 · Yoga class · John Doe | asked for"]);
    }
    expect(await titles("payment-requests", { search: "john" })).toHaveLength(2);
    expect(await titles("payment-requests", { search: "nothing like it" })).toEqual([]);
  });

  it("masks people where it must, and does not find them by what is masked", async () => {
    host = await startPluginHost();
    await link("Yoga class");
    const isMasked = true;
    expect(await titles("payment-requests", { isMasked })).toEqual(["₹499.00 · Yoga class · J… D… | asked for"]);
    expect(await titles("payment-requests", { isMasked, search: "John" })).toEqual([]);
    expect(await titles("payment-requests", { isMasked, search: "yoga" })).toHaveLength(1);
  });

  it("goes on page by page until all were there, each once", async () => {
    host = await startPluginHost({ withWebhook: false });
    const ids = new Set<string>();
    for (let order = 1; order <= 45; order += 1) ids.add(await link(`Order ${order}`));
    const seen: string[] = [];
    let cursor: string | null | undefined;
    let pages = 0;
    while (cursor !== null && pages < 10) {
      const page = await pick("payment-requests", cursor === undefined ? {} : { cursor });
      expect(page.items.length).toBeLessThanOrEqual(40);
      seen.push(...page.items.map(({ id }) => id));
      ({ cursor } = page);
      pages += 1;
    }
    expect(pages).toBeGreaterThan(1);
    expect(seen).toHaveLength(45);
    expect(new Set(seen)).toEqual(ids);
  }, 20_000);

  it("is what the ledger has, with a word about it, while Instamojo does not answer", async () => {
    host = await startPluginHost();
    const id = await paid("Yoga class");
    host.simulator.control.faults({ kind: "status", status: 400, body: { message: "no" }, count: 0 });
    for (const kind of ["payments", "refundable-payments"] as const) {
      const page = await pick(kind);
      expect(page.items).toEqual([expect.objectContaining({ id })]);
      expect(page.note).toBe("Instamojo could not be asked now. Only what was made here is listed.");
    }
  });

  it("has nothing of another merchant, and names an account that is not there", async () => {
    host = await startPluginHost();
    await link("Yoga class");
    host.accounts.push({ ...host.accounts[0]!, name: "other", clientId: "test_other" });
    expect((await pick("payment-requests", { account: "other" })).items).toEqual([]);
    await expect(pick("payments", { account: "nobody" })).rejects.toMatchObject({ code: "account_unknown" });
  });
});
