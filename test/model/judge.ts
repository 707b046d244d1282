import { latest } from "../../src/simulator/history.ts";
import type { StoredCase, StoredPayment } from "../../src/simulator/state.ts";
import type { Claim, World } from "./world.ts";

/** What the gateway's own books and the wire say against what the plugin did and said; empty when all of it holds. */
export function judge(world: World): readonly string[] {
  return [
    ...sentTwice(world),
    ...world.gateway.exceeded,
    ...claimedWrongly(world),
    ...chargedTwice(world),
    ...toldWrongly(world),
  ];
}

/** What must hold once all that is under way had time to end. */
export function judgeEnd(world: World): readonly string[] {
  return [...judge(world), ...notTold(world)];
}

export const paymentsOf = ({ gateway }: World): StoredPayment[] => [...gateway.merchant.payments.values()].map(latest);
export const casesOf = ({ gateway }: World): StoredCase[] => [...gateway.merchant.cases.values()].map(latest);

/** REFUND: nothing is sent under an id after a send that may have been booked. */
function sentTwice({ gateway }: World): string[] {
  const doubtful = new Set<string>();
  return gateway.sends
    .filter(({ kind }) => kind === "refund")
    .flatMap(({ id, result }) => {
      const isSecond = doubtful.has(id);
      if (result !== "refused") doubtful.add(id);
      return isSecond ? [`REFUND: ${id} was sent again after it may have been booked`] : [];
    });
}

/** UNKNOWN: success needs a case that fits, and "not applied" needs that nothing left which could have been applied. */
function claimedWrongly(world: World): string[] {
  const cases = casesOf(world);
  const wrong = world.claims.flatMap(({ node, result }) => {
    if (node !== "create-refund" || result?.port !== "success") return [];
    const { refundId, paymentId, amount } = result.output as Record<string, string>;
    const found = cases.find((each) => each.id === refundId);
    const fits = found?.paymentId === paymentId && found?.amountPaise === Math.round(Number(amount) * 100);
    return fits ? [] : [`UNKNOWN: refund ${refundId} of ${amount} is told, and Instamojo has no such case`];
  });
  const denied = batchesOf(world).flatMap((batch) => {
    const isDenied = batch.every(({ result }) => result && "error" in result && result.error.outcome === "not-applied");
    const [{ from, to, node } = nobody] = batch;
    const kind = node === "create-refund" ? "refund" : "link";
    const isSent = world.gateway.sends.slice(from, to).some((send) => send.kind === kind && send.result !== "refused");
    return isDenied && isSent ? [`UNKNOWN: ${node} says not applied, and it may have been`] : [];
  });
  const shown = world.claims.flatMap(({ result }) => {
    if (!result || !("error" in result)) return [];
    return (result.port === "unknown") === (result.error.outcome === "unknown") || result.port === "error"
      ? []
      : [`UNKNOWN: outcome ${result.error.outcome} left by the port ${result.port}`];
  });
  return [...wrong, ...denied, ...shown];
}

const nobody = { from: 0, to: 0, node: "" };

function batchesOf({ claims }: World): readonly (readonly Claim[])[] {
  return [...Map.groupBy(claims, ({ batch }) => batch).values()];
}

/** CHARGE: one create for each run at most, and none any more once a link was handed out under a reference. */
function chargedTwice(world: World): string[] {
  const answered = new Set<string>();
  return batchesOf(world).flatMap((batch) => {
    const [{ from, to, node, input } = { ...nobody, input: {} as Claim["input"] }] = batch;
    if (node !== "generate-payment-link") return [];
    const made = world.gateway.sends
      .slice(from, to)
      .filter(({ kind, result }) => kind === "link" && result !== "refused");
    const reference = String(input.reference);
    const again = answered.has(reference) && made.length > 0 ? [`CHARGE: ${reference} was sent again`] : [];
    const many = made.filter(({ result }) => result === "made").length > 1 || made.length > batch.length;
    if (batch.some(({ result }) => result?.port === "success")) answered.add(reference);
    return many
      ? [...again, `CHARGE: ${made.length} creates were sent for ${batch.length} runs of ${reference}`]
      : again;
  });
}

/** TRUE and IN: what was told stands in the gateway's books. */
function toldWrongly(world: World): string[] {
  const payments = new Map(paymentsOf(world).map((payment) => [payment.id, payment]));
  const cases = casesOf(world);
  const identities = new Map<string, string>();
  return world.events.flatMap((event) => {
    const { id, status, reason, paymentId, paymentRequestId, refund } = event;
    const truth = payments.get(String(paymentId))?.status;
    const what = [status, reason, paymentRequestId, paymentId, refund?.refundId].join(" ");
    if ((identities.get(id) ?? what) !== what) return [`ONCE: event ${id} is ${identities.get(id)} and ${what}`];
    identities.set(id, what);
    if (status === "Completed" && truth !== true) return [`TRUE: ${what} is told, and it is not paid`];
    if (status === "Failed" && truth !== false) return [`TRUE: ${what} is told, and it did not fail`];
    const isBack = cases.some((each) => each.id === refund?.refundId && each.resolution === "FINI_CONC");
    return status === "Refunded" && !isBack ? [`TRUE: ${what} is told, and the money is not back`] : [];
  });
}

/** LOST and ONCE: each payment of our links and each refund of ours became one event. */
function notTold(world: World): string[] {
  const told = [...new Map(world.events.map((event) => [event.id, event])).values()];
  const isNews = (reason: string | null) => !reason?.startsWith("refund-");
  const paid = paymentsOf(world).filter(({ status }) => status === true);
  const completed = told.filter(({ status, reason }) => status === "Completed" && isNews(reason));
  const payments = paid.flatMap(({ id }) => {
    const count = completed.filter(({ paymentId }) => paymentId === id).length;
    return count === 1 ? [] : [`LOST or ONCE: payment ${id} was told ${count} times`];
  });
  const first = Map.groupBy(
    completed.filter(({ reason }) => reason !== "duplicate"),
    // Links under one reference are one operation: a further one is only made where the one before may not exist.
    ({ reference, paymentRequestId }) => reference ?? paymentRequestId,
  );
  const twice = [...first].flatMap(([order, events]) =>
    events.length === 1 ? [] : [`CHARGE: ${order} was paid ${events.length} times and no one is a duplicate`],
  );
  const known = new Set(
    world.claims.flatMap(({ result }) => (result?.port === "success" ? [result.output.refundId] : [])),
  );
  const refunds = casesOf(world).flatMap(({ id, resolution }) => {
    if (resolution !== "FINI_CONC" || !known.has(id)) return [];
    const count = told.filter(({ status, refund }) => status === "Refunded" && refund?.refundId === id).length;
    return count === 1 ? [] : [`LOST or ONCE: refund ${id} was told ${count} times`];
  });
  return [...payments, ...twice, ...refunds];
}
