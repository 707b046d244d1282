import type { ConformanceCase } from "../conformance-case.ts";
import { ensure, ensureSame } from "../expectations.ts";
import type { TakenEvent } from "../host-driver.ts";
import { type Trial, withTrial } from "../trial.ts";

/** JSON as hosts keep it, with everything that gets lost when somebody writes it down carelessly. */
const conversation = {
  chat: "c-1",
  sender: { name: "Zoë “Z” 🙂", id: "007" },
  tags: [],
  n: 1.5,
  is: false,
  none: null,
};

const completed =
  (paymentRequestId: string) =>
  ({ event }: TakenEvent): boolean =>
    event.status === "Completed" && event.paymentRequestId === paymentRequestId;

const pay = ({ simulator }: Trial, paymentRequestId: string): string =>
  simulator.control.pay({ paymentRequestId, outcome: "success" }).id;

export const eventCases: readonly ConformanceCase[] = [
  {
    id: "event",
    name: "A payment starts the flow, in its conversation and with the whole event.",
    needs: ["events"],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const paymentRequestId = await trial.sell({ conversation });
        const paymentId = pay(trial, paymentRequestId);
        const taken = await trial.next(completed(paymentRequestId), "The payment must start the flow.");
        ensureSame(taken.conversation, conversation, "The conversation");
        const { type, account, amount, currency } = taken.event;
        const told = { type, account, amount, currency, paymentId: taken.event.paymentId };
        const expected = { type: "payment-status", account: "shop", amount: "200.00", currency: "INR", paymentId };
        ensureSame(told, expected, "What the event says");
      }),
  },
  {
    id: "conversations",
    name: "Payments of two conversations start the flow in their own.",
    needs: ["events"],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const alice = await trial.sell({ conversation: { chat: "alice" } });
        const bob = await trial.sell({ conversation: { chat: "bob" } });
        pay(trial, bob);
        pay(trial, alice);
        const ofBob = await trial.next(completed(bob), "Bob's payment must start the flow.");
        const ofAlice = await trial.next(completed(alice), "Alice's payment must start the flow.");
        ensureSame(
          [ofBob.conversation, ofAlice.conversation],
          [{ chat: "bob" }, { chat: "alice" }],
          "The conversations",
        );
      }),
  },
  {
    id: "event-restart",
    name: "What is paid while the host is stopped starts the flow after the restart, in its conversation.",
    needs: ["events"],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const paymentRequestId = await trial.sell({ conversation });
        await trial.stop();
        pay(trial, paymentRequestId);
        await trial.start();
        const taken = await trial.next(
          completed(paymentRequestId),
          "The payment must start the flow after the restart.",
        );
        ensureSame(taken.conversation, conversation, "The conversation after the restart");
      }),
  },
  {
    id: "hanging",
    name: "A flow that hangs holds up neither other conversations nor steps.",
    needs: ["events"],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const [stuck, other] = [await trial.sell(), await trial.sell()];
        let release = () => {};
        const hangs = new Promise<void>((resolve) => {
          release = resolve;
        });
        trial.onEvent(async ({ event }) => (event.paymentRequestId === stuck ? hangs : undefined));
        pay(trial, stuck);
        await trial.next(completed(stuck), "The payment must start the flow.");
        pay(trial, other);
        await trial.next(completed(other), "Another conversation's payment must start the flow meanwhile.");
        await trial.sell();
        release();
      }),
  },
  {
    id: "inactive",
    name: "A payment of an inactive account is recorded and starts nothing; one after it is active again does.",
    needs: ["events", "inactive"],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const setActive = async (isActive: boolean) => trial.host().setActive?.("shop", isActive);
        ensure(
          trial.host().setActive !== undefined,
          "The driver has no setActive, and does not say that inactive is lacking.",
        );
        const silent = await trial.sell();
        await setActive(false);
        const paymentId = pay(trial, silent);
        const isRead = () => trial.simulator.ledger().calls.find(({ path }) => path === `/v2/payments/${paymentId}/`);
        await trial.until(isRead, "The payment must be confirmed although the account is inactive.");
        const status = await trial.run({ node: "get-payment-status", input: { paymentRequestId: silent } });
        ensureSame(status.output?.paid, true, "Whether the link is paid");
        await setActive(true);
        const loud = await trial.sell();
        pay(trial, loud);
        await trial.next(completed(loud), "A payment of an active account must start the flow.");
        ensureSame(trial.started.filter(completed(silent)).length, 0, "The starts by a payment of an inactive account");
      }),
  },
];
