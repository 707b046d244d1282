import { readFileSync } from "node:fs";
import type { SimulatorLedger } from "../../src/simulator/ledger.ts";
import type { ReceivedEvent } from "./host-talk.ts";

/** What the gateway's ledger and the host's received events say together. */
export interface Verdict {
  /** Successful payments of our links. */
  readonly paid: number;
  /** Lines in the host's record, repeats included. */
  readonly received: number;
  /** Repeats of an event id, which a taker that keeps ids drops. */
  readonly repeats: number;
  /** Successful payments that no Completed event told. */
  readonly lost: number;
  /** Effects that should not be: a second event id for one payment, or a status that the gateway does not hold. */
  readonly extra: number;
  /** Events that came first after a later one of the same link, or to the wrong conversation. */
  readonly misplaced: number;
  /** A few ids of what is wrong. */
  readonly examples: readonly string[];
}

export function readReceived(file: string): ReceivedEvent[] {
  return readFileSync(file, { encoding: "utf8", flag: "a+" })
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ReceivedEvent);
}

/** `orders` names for each payment request the order that was given as its correlation. */
export function judge(
  ledger: SimulatorLedger,
  received: readonly ReceivedEvent[],
  orders: ReadonlyMap<string, string>,
): Verdict {
  const payments = new Map(ledger.payments.map((payment) => [payment.id, payment]));
  const first = new Map<string, ReceivedEvent>();
  for (const event of received) if (!first.has(event.id)) first.set(event.id, event);

  /** The downstream effects: one per event id. */
  const effects = new Map<string, number>();
  const wrong: string[] = [];
  let extra = 0;
  for (const { id, status, paymentId } of first.values()) {
    const payment = payments.get(paymentId);
    const isTrue = payment !== undefined && payment.status === (status === "Completed");
    const count = (effects.get(paymentId) ?? 0) + 1;
    effects.set(paymentId, count);
    if (isTrue && count === 1) continue;
    extra += 1;
    wrong.push(`extra ${status} ${paymentId} (event ${id})`);
  }

  const paid = ledger.payments.filter((payment) => payment.status === true);
  const lost = paid.filter((payment) => !effects.has(payment.id));
  wrong.push(...lost.map(({ id }) => `lost ${id}`));

  const last = new Map<string, number>();
  let misplaced = 0;
  for (const { id, paymentRequestId, sequence, correlation } of first.values()) {
    const order = (correlation as { order?: unknown } | null)?.order;
    const isInPlace = sequence > (last.get(paymentRequestId) ?? 0) && order === orders.get(paymentRequestId);
    last.set(paymentRequestId, sequence);
    if (isInPlace) continue;
    misplaced += 1;
    wrong.push(`misplaced ${id} of ${paymentRequestId}`);
  }
  return {
    paid: paid.length,
    received: received.length,
    repeats: received.length - first.size,
    lost: lost.length,
    extra,
    misplaced,
    examples: wrong.slice(0, 5),
  };
}
