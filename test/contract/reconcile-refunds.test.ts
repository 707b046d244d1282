import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import type { Account } from "../../schemas/account.ts";
import { createRefundBook } from "../../src/payments/refund-book.ts";
import { offsetClock } from "../helpers/offset-clock.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { localCredentials, type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";
import { refundRow, shopAccount } from "../stores/sample-rows.ts";

const folder = mkdtempSync(join(tmpdir(), "instamojo-refunds-"));
const hosts: PluginHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: PluginHostOptions): Promise<PluginHost> {
  const host = await startPluginHost(options);
  hosts.push(host);
  return host;
}

/** Pays a link and opens a refund case that stays open until it is decided. */
async function openCase(host: PluginHost): Promise<string> {
  const link = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
  const paymentRequestId = link.port === "success" ? String(link.output.paymentRequestId) : "";
  const { id: paymentId } = host.simulator.control.pay({ paymentRequestId, outcome: "success" });
  await host.event(({ status }) => status === "Completed");
  const refund = await host.run("create-refund", { paymentId, issueType: "QFL", description: "Product is not good" });
  if (refund.port !== "success") throw new Error(JSON.stringify(refund));
  return host.simulator.ledger().refunds[0]?.id as string;
}

const slow = { switches: { refundReviewSeconds: null } };

describe("an open refund case", () => {
  it("is followed to its end over a restart", async () => {
    const storeFile = join(folder, "ledger.db");
    const dataFile = join(folder, "gateway.json");
    const first = await start({ storeFile, simulator: { ...slow, dataFile } });
    const caseId = await openCase(first);
    await hosts.pop()?.close();
    const port = Number(new URL(first.simulator.url).port);
    const second = await start({ storeFile, simulator: { ...slow, dataFile, port } });
    second.simulator.control.resolveRefund(caseId, "FINI_CONC");
    expect(await second.event(({ status }) => status === "Refunded")).toMatchObject({ reason: "full" });
  });

  it("is followed to its end when its account comes back after a while", async () => {
    const clock = offsetClock();
    const accounts: Account[] = [];
    const host = await start({ simulator: slow, host: { clock, accounts: () => accounts } });
    const { clientId, clientSecret } = localCredentials;
    const shop: Account = { name: "shop", baseUrl: host.simulator.url, clientId, clientSecret };
    accounts.push(shop);
    const caseId = await openCase(host);
    accounts.length = 0;
    host.simulator.control.resolveRefund(caseId, "FINI_CONC");
    clock.advance(120_000);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(host.events.filter(({ status }) => status === "Refunded")).toEqual([]);
    accounts.push(shop);
    clock.advance(120_000);
    expect(await host.event(({ status }) => status === "Refunded")).toMatchObject({ reason: "full" });
  });
});

describe("a refund that is looked for and resolved at the same time", () => {
  it.each([null, "a".repeat(32)])("keeps its case, whoever comes last (tag %s)", async (tag) => {
    const { store, settler, clock } = await openLedger();
    const unknown = refundRow({ tag, stage: "unknown", createdAt: clock.now(), nextReadAt: clock.now() });
    await store.saveRefund(unknown);
    const confirmer = {
      confirmPayment: async () => ({ kind: "agrees" as const }),
      confirmRequest: async () => ({}) as never,
    };
    const book = createRefundBook({ store, settler, confirmer, clock });
    let answer = () => {};
    const asked = new Promise<void>((resolve) => (answer = resolve));
    const session = fakeSession({
      gateway: {
        listRefunds: async () => {
          await asked;
          return { refunds: [] };
        },
      },
    });
    const looking = book.follow(session, unknown);
    await book.booked(unknown, "C5c0751269", { success: true });
    answer();
    await looking;
    expect(await store.refundByTransaction(shopAccount, unknown.transactionId)).toMatchObject({
      stage: "requested",
      caseId: "C5c0751269",
    });
  });
});
