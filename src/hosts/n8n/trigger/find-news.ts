import type { Payment } from "../../../../schemas/wire/payment.ts";
import type { Gateway } from "../../../client/gateway.ts";

/** What a trigger remembers from one look to the next; plain JSON. */
export interface PollMemory {
  /** Instamojo's stamp of the newest payment at the first look; what is older starts nothing. Empty: there was none. */
  from?: string;
  /** Payments that were seen finished, the newest last. */
  seen?: string[];
  /** Payments that were seen unfinished; they are read by id until they end. */
  open?: string[];
}

export interface FindNewsOptions {
  readonly gateway: Pick<Gateway, "listPayments">;
  readonly memory: PollMemory;
}

const pageSize = 50;
const maxPages = 20;
const rememberedPayments = 5_000;
const maxOpen = 200;

/**
 * The payments that may be news since the last look: the finished ones that were not seen, and those that were unfinished.
 * Reads the list from the newest on, until a page holds nothing that is not known. Changes nothing in the memory but
 * what it needs to know next time; a payment counts as seen only once {@link markSeen} was called for it.
 */
export async function findNews({ gateway, memory }: FindNewsOptions): Promise<readonly string[]> {
  const { from } = memory;
  const isFirst = from === undefined;
  const seen = new Set(memory.seen);
  const open = new Set(memory.open);
  const news: string[] = [];
  for (let page = 1; page <= maxPages; page += 1) {
    const { payments } = await gateway.listPayments({ page, limit: pageSize });
    if (isFirst) memory.from = newestOf(payments);
    const unknown = payments.filter(
      (payment) => !seen.has(payment.id) && !open.has(payment.id) && (isFirst || stampOf(payment) >= from),
    );
    for (const payment of unknown) sort(payment, { isFirst, seen, open, news });
    if (isFirst || unknown.length === 0 || payments.length < pageSize) break;
  }
  memory.seen = [...seen].slice(-rememberedPayments);
  memory.open = [...open].slice(-maxOpen);
  // Oldest first, as they happened; the unfinished ones before them.
  return [...memory.open, ...news.reverse()];
}

function stampOf({ updated_at, created_at }: Payment): string {
  // Without a stamp it may be new.
  return updated_at ?? created_at ?? "9";
}

function newestOf(payments: readonly Payment[]): string {
  return payments.reduce((newest, { updated_at, created_at }) => {
    const stamp = updated_at ?? created_at ?? "";
    return stamp > newest ? stamp : newest;
  }, "");
}

interface Piles {
  readonly isFirst: boolean;
  readonly seen: Set<string>;
  readonly open: Set<string>;
  readonly news: string[];
}

function sort({ id, status }: Payment, { isFirst, seen, open, news }: Piles): void {
  if (status === null) open.add(id);
  else if (isFirst) seen.add(id);
  else news.push(id);
}

/** The payment was told or is of no interest: it is no news any more. */
export function markSeen(memory: PollMemory, paymentId: string): void {
  memory.open = (memory.open ?? []).filter((id) => id !== paymentId);
  memory.seen = [...(memory.seen ?? []).filter((id) => id !== paymentId), paymentId].slice(-rememberedPayments);
}
