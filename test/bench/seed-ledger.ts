import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { RequestRow } from "../../src/store/rows.ts";
import { account, idOf, paymentIdOf, requestIdOf, tagOf } from "./messages.ts";
import { loadStoreHere } from "./servers/built-package.ts";

/** Payments that are stored together; each is a request, a payment, a message and an event. */
const groupSize = 500;

/** Ledgers with so many payments each, one folder per size, made by the store's own methods. */
export async function seedLedgers(folder: string, sizes: readonly number[]): Promise<Map<number, string>> {
  const growing = join(folder, "growing");
  const folders = new Map<number, string>();
  mkdirSync(growing);
  let number = 0;
  for (const size of sizes) {
    const { openSqliteStoreHere } = await loadStoreHere();
    const store = openSqliteStoreHere(join(growing, "ledger.db"));
    while (number < size) {
      const group = Array.from({ length: Math.min(groupSize, size - number) }, () => number++);
      await Promise.all(group.map((one) => store.addRequest(requestOf(one))));
      await Promise.all(group.map((one) => store.commit(changeOf(one))));
      await Promise.all(group.map((one) => store.recordMessage(messageOf(one))));
      await Promise.all(group.map((one) => store.saveMessage({ ...messageOf(one), state: "done" })));
    }
    await store.close();
    const copy = join(folder, `ledger-${size}`);
    cpSync(growing, copy, { recursive: true });
    folders.set(size, copy);
  }
  return folders;
}

/** Young enough that nothing of it is erased while it is measured; forgetting has figures of its own. */
const startedAt = Date.now() - 30 * 24 * 3_600_000;

function requestOf(number: number): RequestRow {
  return {
    tag: tagOf(number),
    account,
    environment: "local",
    generation: 1,
    key: `generate-payment-link reference:${number}`,
    isCurrent: true,
    input: { amount: "2500.00", purpose: `Order ${number}`, customerName: "John Doe" },
    reference: String(number),
    correlation: { conversation: `c-${number}` },
    amountPaise: 250_000,
    stage: "open",
    paymentRequestId: requestIdOf(number),
    link: `https://www.instamojo.com/@foo/${requestIdOf(number)}`,
    response: { id: requestIdOf(number), amount: "2500.00", purpose: `Order ${number}` },
    status: "Pending",
    sequence: 0,
    deadlineAt: null,
    closedFor: null,
    hasWebhook: true,
    createdAt: startedAt + number,
    nextReadAt: null,
    version: 1,
  };
}

function changeOf(number: number) {
  const request: RequestRow = { ...requestOf(number), status: "Completed", sequence: 1, version: 2 };
  const event = {
    id: idOf(number, 3),
    type: "payment-status",
    status: "Completed",
    paymentRequestId: request.paymentRequestId,
    paymentId: paymentIdOf(number),
    account,
    environment: "local",
    amount: "2500.00",
    correlation: request.correlation,
    raw: {},
    occurredAt: new Date(request.createdAt).toISOString(),
    observedAt: new Date(request.createdAt).toISOString(),
    customer: { name: "John Doe", email: "foo@example.com", mobileNumber: "+919999999999" },
  } as unknown as PaymentStatusEvent;
  return {
    request,
    payments: [
      {
        paymentId: paymentIdOf(number),
        tag: request.tag,
        state: "paid",
        amountPaise: 250_000,
        fees: "125.00",
      } as const,
    ],
    events: [{ id: event.id, tag: request.tag, sequence: 1, event }],
  };
}

function messageOf(number: number) {
  return {
    id: `${paymentIdOf(number)}-${idOf(number, 4)}${idOf(number, 5)}`,
    account,
    environment: "local",
    source: "webhook",
    paymentId: paymentIdOf(number),
    paymentRequestId: requestIdOf(number),
    tag: tagOf(number),
    receivedAt: startedAt + number,
    attempts: 0,
    state: "waiting",
    nextAt: startedAt + number,
  } as const;
}
