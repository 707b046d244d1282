import type { ConformanceCase } from "../conformance-case.ts";
import { ensure, ensureSame } from "../expectations.ts";
import { type Trial, withTrial } from "../trial.ts";

const node = "generate-payment-link";

/** Calls that make a link. */
const creations = ({ simulator }: Trial) =>
  simulator.ledger().calls.filter(({ method, path }) => method === "POST" && path === "/v2/payment_requests/");

/** Pays a link at the local Instamojo; returns the payment's id. */
const pay = ({ simulator }: Trial, paymentRequestId: string): string =>
  simulator.control.pay({ paymentRequestId, outcome: "success" }).id;

export const stepCases: readonly ConformanceCase[] = [
  {
    id: "literals",
    name: "The host hands over what the author typed as it was typed.",
    needs: [],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const typed = { amount: "200.50", purpose: "1e3", customerName: "true", customerMobileNumber: "9999999999" };
        const { port, output, error } = await trial.run({ node, input: { ...typed, reference: "0042" } });
        ensure(port === "success", `A good form must leave by success, not ${port}: ${JSON.stringify(error)}`);
        ensureSame(output?.reference, "0042", "The reference in the output");
        const [made] = trial.simulator.ledger().paymentRequests;
        ensureSame(made?.amountPaise, 20_050, "The amount at Instamojo, in paise,");
        ensureSame(creations(trial)[0]?.body.purpose, "1e3", "The purpose at Instamojo");
        ensureSame(creations(trial)[0]?.body.buyer_name, "true", "The name at Instamojo");
      }),
  },
  {
    id: "expressions",
    name: "The host hands over what an expression came to, whatever its type.",
    needs: ["expressions"],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const purpose = "Caffè & टी-शर्ट, 50% + “two” 🙂";
        const input = { amount: 200, purpose, customerMobileNumber: 9_999_999_999, reference: "0042", language: "EN" };
        const { port, output, error } = await trial.run({ node, input, given: "expression" });
        ensure(port === "success", `A good form must leave by success, not ${port}: ${JSON.stringify(error)}`);
        ensureSame(output?.reference, "0042", "The reference in the output");
        ensureSame(output?.purpose, purpose, "The purpose in the output");
        ensureSame(creations(trial)[0]?.body.purpose, purpose, "The purpose at Instamojo");
        ensureSame(
          trial.simulator.ledger().paymentRequests[0]?.amountPaise,
          20_000,
          "The amount at Instamojo, in paise,",
        );
      }),
  },
  {
    id: "error-port",
    name: "The flow goes on by the error way out when a field is wrong, and Instamojo is asked nothing.",
    needs: [],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const { port, error } = await trial.run({ node, input: { amount: "5", purpose: "Iphone" } });
        ensureSame(port, "error", "The way out");
        ensureSame(error?.code, "invalid_input", "The code of the error");
        const fields = (error?.fieldErrors ?? []) as readonly { readonly field?: unknown }[];
        ensureSame(fields[0]?.field, "amount", "The first of fieldErrors");
        ensureSame(trial.simulator.ledger().calls, [], "The calls to Instamojo");
      }),
  },
  {
    id: "unknown-port",
    name: "The flow goes on by the unknown way out when nobody can say whether a refund was booked, and it is sent once.",
    needs: [],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const paymentId = pay(trial, await trial.sell());
        const input = { paymentId, issueType: "QFL", description: "Product is not good" };
        const path = `/v2/payments/${paymentId}/refund/`;
        trial.simulator.control.faults({ kind: "reset", method: "POST", path });
        const { port, error } = await trial.run({ node: "create-refund", input });
        ensureSame(port, "unknown", "The way out");
        ensureSame(error?.code, "refund_unknown", "The code of the error");
        await trial.run({ node: "create-refund", input });
        const sent = trial.simulator.ledger().calls.filter((call) => call.path === path);
        ensureSame(sent.length, 1, "The number of times that the refund was sent");
      }),
  },
  {
    id: "account",
    name: "The host never takes another account than the one that the step names.",
    needs: [],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const { port, error } = await trial.run({ node, account: "gone", input: { amount: "200", purpose: "Iphone" } });
        ensureSame(port, "error", "The way out");
        ensureSame(error?.code, "account_unknown", "The code of the error");
        ensureSame(creations(trial).length, 0, "The number of links that were made");
      }),
  },
  {
    id: "repeats",
    name: "A step that is carried out again gives the same link; another one gives another.",
    needs: [],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const again = { occasion: "message-1", conversation: { chat: "alice" } };
        const [first, second] = await Promise.all([trial.sell(again), trial.sell(again)]);
        ensureSame(second, first, "The link of a step that ran twice at once");
        ensureSame(await trial.sell(again), first, "The link of a step that ran again");
        const other = await trial.sell({ occasion: "message-2", conversation: { chat: "alice" } });
        ensure(other !== first, "Another step must make a link of its own.");
        ensureSame(trial.simulator.ledger().paymentRequests.length, 2, "The number of links at Instamojo");
      }),
  },
  {
    id: "repeats-restart",
    name: "A step that is carried out again after a restart gives the same link.",
    needs: [],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const again = { occasion: "message-1", conversation: { chat: "alice" } };
        const first = await trial.sell(again);
        await trial.stop();
        await trial.start();
        ensureSame(await trial.sell(again), first, "The link after the restart");
        ensureSame(trial.simulator.ledger().paymentRequests.length, 1, "The number of links at Instamojo");
      }),
  },
  {
    id: "close",
    name: "Stopping waits for a call that is under way, and its link is known after the restart.",
    needs: [],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        trial.simulator.control.faults({ kind: "delay", delayMs: 500, method: "POST", path: "/v2/payment_requests/" });
        const again = { occasion: "message-1", conversation: { chat: "alice" } };
        const underWay = trial.sell(again).catch(() => null);
        await trial.until(() => creations(trial)[0], "The link must be asked for.");
        await trial.stop();
        ensure(creations(trial)[0]?.status === 201, "Stopping must wait until Instamojo has answered.");
        await trial.start();
        const made = trial.simulator.ledger().paymentRequests[0]?.id;
        ensureSame(await trial.sell(again), made, "The link after the restart");
        ensureSame(trial.simulator.ledger().paymentRequests.length, 1, "The number of links at Instamojo");
        await underWay;
      }),
  },
];
