import type { ChatEntry, OrderLine, ReplyButton } from "./chat-message.ts";

/** Where the orders of a conversation stand, in words that were said or prepared before, ready to be said again. */
export interface OrderStanding {
  readonly text: string;
  readonly buttons: readonly ReplyButton[];
}

const mostOrders = 3;

/**
 * Reads a conversation: the newest line about each order says where it stands. Orders that are over are left out, but
 * for one that is the newest of all. `undefined` when there is no order. Claims nothing that no line said.
 */
export function standingOf(entries: readonly ChatEntry[]): OrderStanding | undefined {
  const listed = newestPerOrder(entries)
    .filter((order, index, all) => !order.isOver || index === all.length - 1)
    .slice(-mostOrders);
  if (listed.length === 0) return undefined;
  return { text: listed.map(({ text }) => text).join("\n\n"), buttons: buttonsOf(listed) };
}

/** The newest line per order, the order with the newest one last. A draft ends when an order gets its id. */
function newestPerOrder(entries: readonly ChatEntry[]): OrderLine[] {
  const orders = new Map<string, OrderLine>();
  for (const { order } of entries) {
    if (!order) continue;
    if (!orders.has(order.id)) orders.delete("");
    orders.delete(order.id);
    if (order.id !== "" || !order.isOver) orders.set(order.id, order);
  }
  return [...orders.values()];
}

/** Every button once, a shared one in its last place; with several orders, the title tells equal labels apart. */
function buttonsOf(orders: readonly OrderLine[]): ReplyButton[] {
  const buttons = new Map<string, ReplyButton & { readonly title: string }>();
  for (const { title, buttons: own } of orders) {
    for (const button of own) {
      const key = JSON.stringify(button);
      buttons.delete(key);
      buttons.set(key, { ...button, title });
    }
  }
  const all = [...buttons.values()];
  return all.map(({ title, label, ...rest }) => {
    const isShared = all.filter((other) => other.label === label).length > 1;
    return { label: isShared && title ? `${label} · ${title}` : label, ...rest };
  });
}
