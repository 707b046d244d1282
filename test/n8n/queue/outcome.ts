import { setTimeout as pause } from "node:timers/promises";
import type { Simulator } from "../../../src/simulator/index.ts";
import type { startReceiver } from "../../helpers/http-host.ts";
import type { QueueStack } from "../queue-stack.ts";

/** Whom the workflow tells of each payment. */
export type Shop = Awaited<ReturnType<typeof startReceiver>>;

/** What became of all payments: Instamojo's ledger against what the shop received. */
export interface Outcome {
  readonly paid: number;
  readonly tellings: number;
  /** Payments of which the shop was told more than once. */
  readonly toldAgain: number;
  /** Ids of payments of which the shop was never told. */
  readonly lost: readonly string[];
  /** Ids of payments of which the shop was told and Instamojo knows nothing. */
  readonly invented: readonly string[];
}

/** How many payments are made. */
export const payments = Number(process.env.N8N_TEST_PAYMENTS ?? 500);

/** Each part that is killed while payments come in, in this order. */
export function killsOf(stack: QueueStack): readonly (() => Promise<void>)[] {
  return [
    () => stack.killAndRestart("worker-2"),
    () => stack.killAndRestart("webhook"),
    () => stack.redis.killAndRestart(),
  ];
}

/** The payments that the shop was told of, each as often as it was told. */
export function told(shop: Shop, key: "id" | "paymentId"): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of shop.received) {
    const name = (JSON.parse(body) as Record<typeof key, string>)[key];
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

export function outcomeOf(simulator: Pick<Simulator, "ledger">, shop: Shop): Outcome {
  const counts = told(shop, "paymentId");
  const paid = new Set(
    simulator
      .ledger()
      .payments.filter(({ status }) => status === true)
      .map(({ id }) => id),
  );
  return {
    paid: paid.size,
    tellings: shop.received.length,
    toldAgain: [...counts.values()].filter((count) => count > 1).length,
    lost: [...paid].filter((id) => !counts.has(id)),
    invented: [...counts.keys()].filter((id) => !paid.has(id)),
  };
}

export function report(name: string, { paid, tellings, toldAgain, lost }: Outcome): void {
  console.info(
    `${name}: ${paid} payments, ${tellings} tellings, ${toldAgain} told more than once, ${lost.length} lost`,
  );
}

/** Rejects when the shop was not told of that many different events in time. */
export async function untilTold(shop: Shop, count: number, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  while (told(shop, "id").size < count) {
    if (Date.now() > until)
      throw new Error(`The shop was told of ${told(shop, "id").size} payments and not of ${count}.`);
    await pause(250);
  }
}

/** Ends once the shop heard nothing for so long. */
export async function untilQuiet(shop: Shop, quietMs: number): Promise<void> {
  let heard = -1;
  while (heard !== shop.received.length) {
    heard = shop.received.length;
    await pause(quietMs);
  }
}
