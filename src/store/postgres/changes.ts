import { personalOfRequest, splitEvent } from "../personal-parts.ts";
import type { EventRow, PaymentRow } from "../rows.ts";
import type { Change, Store } from "../store.ts";
import type { PostgresDatabase, Statements } from "./database.ts";
import { addDecision } from "./decisions.ts";
import { addDelivery, markUnclaimed } from "./deliveries.ts";
import type { Leases } from "./leases.ts";
import { putPersonal } from "./personal.ts";
import { areRefundsAsBefore, writeRefund } from "./refunds.ts";
import { updateRequest } from "./requests.ts";
import { undone } from "./transaction.ts";
import { writeWait } from "./waits.ts";

async function savePayment(statements: Statements, payment: PaymentRow): Promise<void> {
  await statements.run(
    `INSERT INTO payments (payment_id, tag, row) VALUES ($1, $2, $3)
     ON CONFLICT (tag, payment_id) DO UPDATE SET row = excluded.row`,
    [payment.paymentId, payment.tag, JSON.stringify(payment)],
  );
}

/** False for an event that was told before: it keeps its words, and what became of its deliveries. */
async function addEvent(statements: Statements, event: EventRow): Promise<boolean> {
  const known = await statements.get("SELECT tag FROM events WHERE id = $1", [event.id]);
  if (known && known.tag !== event.tag) throw new Error("An event id belongs to another request.");
  if (known) return false;
  const { row, part } = splitEvent(event);
  const { unclaimed, ...stored } = row;
  await statements.run("INSERT INTO events (id, tag, sequence, unclaimed, row) VALUES ($1, $2, $3, $4, $5)", [
    ...[event.id, event.tag, event.sequence, unclaimed ?? null, JSON.stringify(stored)],
  ]);
  if (part) await putPersonal(statements, [part]);
  return true;
}

async function addDeliveries(statements: Statements, change: Change, told: ReadonlySet<string>): Promise<void> {
  const left: string[] = [];
  for (const delivery of change.deliveries ?? []) {
    if (told.has(delivery.eventId)) continue;
    if (!(await addDelivery(statements, delivery))) left.push(delivery.eventId);
  }
  if (left.length > 0) await markUnclaimed(statements, left);
}

/**
 * What a settled fact changes, on PostgreSQL. The row of the request is locked first and says by its version whether the
 * change still stands, so the work needs no lease; what is decided on an old version changes nothing.
 */
export function postgresChanges(database: PostgresDatabase, leases: Leases): Pick<Store, "commit"> {
  return {
    commit: (change) =>
      database.write(async (statements, wake) => {
        const { request } = change;
        // Before anything else is written: one that was forgotten meanwhile must get nothing back.
        if (!(await updateRequest(statements, leases.owner, request))) throw undone(false);
        if (!(await areRefundsAsBefore(statements, change.refundsBefore ?? []))) throw undone(false);
        await putPersonal(statements, personalOfRequest(request, false));
        for (const payment of change.payments ?? []) await savePayment(statements, payment);
        for (const refund of change.refunds ?? []) await writeRefund(statements, leases.owner, refund);
        if (change.wait) await writeWait(statements, change.wait, request);
        const told = new Set<string>();
        for (const event of change.events ?? []) if (!(await addEvent(statements, event))) told.add(event.id);
        await addDeliveries(statements, change, told);
        if (change.decision) await addDecision(statements, change.decision);
        if (change.deliveries?.length) wake("deliver");
        if (request.nextReadAt === 0) wake("reconcile");
        return true;
      }),
  };
}
