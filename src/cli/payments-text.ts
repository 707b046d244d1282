import type { PaymentPage } from "../operator/find-payments.ts";
import type { HeldLine, PaymentView } from "../operator/views.ts";

/** What the terminal shows. Times are local, to the second. */

/** The list as a table; the last line says how to go on where there is more. */
export function listTable({ payments, before }: PaymentPage): readonly string[] {
  const rows = payments.map((payment) => [
    instant(payment.createdAt),
    payment.paymentRequestId ?? payment.id,
    payment.account,
    payment.stage === "open" ? payment.status : payment.stage,
    payment.amount,
    payment.reference ?? "-",
    payment.purpose,
  ]);
  const head = ["asked", "payment request", "account", "status", "amount", "reference", "purpose"];
  const more = before === null ? [] : [`More: add --before ${before}`];
  if (rows.length === 0) return ["No payment fits.", ...more];
  return [...table([head, ...rows]), ...more];
}

/** What waits for a person as a table. */
export function heldTable(held: readonly HeldLine[]): readonly string[] {
  if (held.length === 0) return ["Nothing waits for you."];
  const rows = held.map(({ at, kind, id, title, detail }) => [instant(at), kind, id, title, detail]);
  return table([["since", "what", "id", "why", "about"], ...rows]);
}

/** One payment from asked to delivered. */
export function storyText(view: PaymentView): readonly string[] {
  const { customer, link, payments, timeline } = view;
  const people = [customer.name, customer.email, customer.mobileNumber].filter((part) => part !== null).join(", ");
  const facts: (readonly [string, string])[] = [
    ["payment request", view.paymentRequestId ?? view.id],
    ["account", `${view.account} (${view.environment})`],
    ["reference", view.reference ?? ""],
    ...payments.map(({ paymentId, state, amount }) => ["payment", `${paymentId} ${amount} ${state}`] as const),
    ["customer", people],
    ["link", link ?? ""],
  ];
  return [
    `${view.amount} ${plain(view.purpose)}: ${view.verdict.text}`,
    "",
    ...table(facts.filter(([, value]) => value !== "")),
    "",
    ...table(timeline.map(({ at, title, detail }) => [instant(at), detail ? `${title}. ${detail}` : title])),
  ];
}

/** Rows with columns that stand under each other. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) => row.map(plain));
  const widths = (cells[0] ?? []).map((_cell, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join("  ")
      .trimEnd(),
  );
}

/** Text of others without what could move the cursor or start a line. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, " ");
}

function instant(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
