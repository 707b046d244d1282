import type { ConformanceCase } from "../conformance-case.ts";
import { ensure, ensureSame } from "../expectations.ts";
import type { TakenEvent } from "../host-driver.ts";
import { withTrial } from "../trial.ts";

const of =
  (paymentRequestId: string, status: string) =>
  ({ event }: TakenEvent): boolean =>
    event.paymentRequestId === paymentRequestId && event.status === status;

async function fail(): Promise<void> {
  throw new Error("This flow fails.");
}

const failWhenPaid = async ({ event }: TakenEvent) => (event.status === "Completed" ? fail() : undefined);

/** Longer than all attempts of one delivery together. */
const days = 2 * 86_400_000;

export const retryCases: readonly ConformanceCase[] = [
  {
    id: "throwing",
    name: "A flow that fails gets the same event again until it takes it, and others meanwhile get theirs.",
    needs: ["events", "retries"],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const [first, other] = [await trial.sell(), await trial.sell()];
        let isFailing = true;
        trial.onEvent(async ({ event }) => (event.paymentRequestId === first && isFailing ? fail() : undefined));
        trial.simulator.control.pay({ paymentRequestId: first, outcome: "success" });
        const failed = await trial.next(of(first, "Completed"), "The payment must start the flow.");
        trial.simulator.control.pay({ paymentRequestId: other, outcome: "success" });
        await trial.next(of(other, "Completed"), "Another payment must start the flow meanwhile.");
        isFailing = false;
        const starts = () => trial.started.filter(of(first, "Completed"));
        await trial.until(() => starts()[1], "An event that was not taken must come again.");
        ensureSame([...new Set(starts().map(({ event }) => event.id))], [failed.event.id], "The id of the event");
      }),
  },
  {
    id: "order",
    name: "The events of one link come in order: a later one waits until the earlier one was taken.",
    needs: ["events", "retries"],
    run: (driver) =>
      withTrial(
        driver,
        async (trial) => {
          const link = await trial.sell();
          let isFirst = true;
          trial.onEvent(async ({ event }) => {
            if (event.status !== "Failed" || !isFirst) return;
            isFirst = false;
            await fail();
          });
          trial.simulator.control.pay({ paymentRequestId: link, outcome: "failure" });
          await trial.next(of(link, "Failed"), "The failed attempt must start the flow.");
          trial.simulator.control.pay({ paymentRequestId: link, outcome: "success" });
          await trial.next(of(link, "Completed"), "The later event must come once the earlier one was taken.");
          const wanted = ["Failed", "Completed"];
          const statuses = trial.started
            .map(({ event }) => event.status as string)
            .filter((status) => wanted.includes(status));
          ensureSame(statuses, ["Failed", "Failed", "Completed"], "The starts of the flow");
        },
        { simulator: { switches: { webhookOnFailure: true } } },
      ),
  },
  {
    id: "not-taken-restart",
    name: "An event that was not taken before a restart comes again after it.",
    needs: ["events", "retries"],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const link = await trial.sell({ conversation: { chat: "alice" } });
        trial.onEvent(failWhenPaid);
        trial.simulator.control.pay({ paymentRequestId: link, outcome: "success" });
        const { event } = await trial.next(of(link, "Completed"), "The payment must start the flow.");
        await trial.stop();
        trial.onEvent(async () => {});
        const before = trial.started.length;
        await trial.start();
        const again = await trial.until(() => trial.started[before], "The event must come again after the restart.");
        ensureSame(again.event.id, event.id, "The id of the event");
        ensureSame(again.conversation, { chat: "alice" }, "The conversation");
      }),
  },
  {
    id: "parked",
    name: "An event that is never taken is parked, shown, and comes again when somebody asks for it.",
    needs: ["events", "retries", "time"],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const link = await trial.sell();
        trial.onEvent(failWhenPaid);
        trial.simulator.control.pay({ paymentRequestId: link, outcome: "success" });
        const { event } = await trial.next(of(link, "Completed"), "The payment must start the flow.");
        const { advance, parked, redeliver } = trial.host();
        ensure(
          advance !== undefined && parked !== undefined && redeliver !== undefined,
          "The driver lacks advance, parked or redeliver, and does not say that time is lacking.",
        );
        await trial.until(async () => {
          advance(days);
          return (await parked()).includes(event.id) || undefined;
        }, "An event that is never taken must be parked.");
        const before = trial.started.length;
        trial.onEvent(async () => {});
        await redeliver(event.id);
        await trial.until(() => trial.started[before], "A parked event must come again when it is asked for.");
        await trial.until(
          async () => (await parked()).length === 0 || undefined,
          "What was taken must not stay parked.",
        );
      }),
  },
];
