import { describe, expect, it } from "@jest/globals";
import type { Payment } from "../../schemas/wire/payment.ts";
import { findNews, markSeen, type PollMemory } from "../../src/hosts/n8n/trigger/find-news.ts";

const payment = (number: number, status: boolean | null = true): Payment => ({
  id: `MOJO${String(number).padStart(8, "0")}`,
  status,
  amount: "10.00",
  currency: "INR",
  payment_request: null,
  created_at: `2026-01-01T00:${String(number % 60).padStart(2, "0")}:00.000000Z`,
});
const idOf = (number: number) => payment(number).id;

/** A gateway whose list is the newest first. */
function listOf(...newestFirst: readonly Payment[]) {
  const calls: number[] = [];
  return {
    calls,
    gateway: {
      async listPayments({ page, limit }: { page: number; limit: number }) {
        calls.push(page);
        return { payments: newestFirst.slice((page - 1) * limit, page * limit) };
      },
    },
  };
}

async function look(memory: PollMemory, { gateway }: ReturnType<typeof listOf>): Promise<readonly string[]> {
  const news = await findNews({ gateway, memory });
  for (const id of news) markSeen(memory, id);
  return news;
}

describe("looking for missed payments", () => {
  it("starts nothing for what was there before the first look, and then tells each payment once, oldest first", async () => {
    const memory: PollMemory = {};
    expect(await look(memory, listOf(payment(1)))).toEqual([]);
    const later = listOf(payment(3), payment(2), payment(1));
    expect(await look(memory, later)).toEqual([idOf(2), idOf(3)]);
    expect(await look(memory, later)).toEqual([]);
  });

  it("tells a payment that could not be read again at the next look", async () => {
    const memory: PollMemory = {};
    await look(memory, listOf(payment(1)));
    const list = listOf(payment(2), payment(1));
    expect(await findNews({ gateway: list.gateway, memory })).toEqual([idOf(2)]);
    expect(await findNews({ gateway: list.gateway, memory })).toEqual([idOf(2)]);
  });

  it("follows an unfinished payment until it ends, also when the list has forgotten it", async () => {
    const memory: PollMemory = {};
    await look(memory, listOf(payment(1)));
    const news = await findNews({ gateway: listOf(payment(2, null), payment(1)).gateway, memory });
    expect(news).toEqual([idOf(2)]);
    expect(await findNews({ gateway: listOf(payment(1)).gateway, memory })).toEqual([idOf(2)]);
    markSeen(memory, idOf(2));
    expect(await findNews({ gateway: listOf(payment(1)).gateway, memory })).toEqual([]);
  });

  it("needs one call when there is nothing new, and does not take old pages for news", async () => {
    const memory: PollMemory = {};
    const old = Array.from({ length: 59 }, (_, index) => payment(59 - index));
    await look(memory, listOf(...old.slice(1)));
    const list = listOf(...old);
    expect(await look(memory, list)).toEqual([idOf(59)]);
    const quiet = listOf(...old);
    expect(await look(memory, quiet)).toEqual([]);
    expect(quiet.calls).toEqual([1]);
  });
});
