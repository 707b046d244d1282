import type { ConformanceCase } from "../conformance-case.ts";
import { ensure, ensureSame } from "../expectations.ts";
import type { TakenEvent } from "../host-driver.ts";
import { type Trial, withTrial } from "../trial.ts";

const formType = { "content-type": "application/x-www-form-urlencoded" };

const post = (url: string, body: string) => fetch(url, { method: "POST", headers: formType, body });

/** Sells and is paid by somebody whose name does not survive careless hands; returns Instamojo's report of it. */
async function reported(trial: Trial) {
  const paymentRequestId = await trial.sell();
  const payer = { name: "Zoë +1 %2B & “Söhne” = ₹🙂 ", email: "zoe+shop@example.com", phone: "+919999999999" };
  trial.simulator.control.pay({ paymentRequestId, outcome: "success", payer });
  await trial.simulator.control.settled();
  const report = trial.simulator.ledger().webhooks.find(({ requestId }) => requestId === paymentRequestId);
  ensure(report !== undefined, "The host must ask Instamojo to report payments to its public routes.");
  return { report, paymentRequestId };
}

/** The start that tells of the payment; all that came before it on its request has been told by then. */
function startedBy(trial: Trial, paymentRequestId: string): Promise<TakenEvent> {
  return trial.next(
    ({ event }) => event.paymentRequestId === paymentRequestId && event.status === "Completed",
    "The report must start the flow.",
  );
}

export const routeCases: readonly ConformanceCase[] = [
  {
    id: "signature",
    name: "A signed report reaches the plugin as it was sent: every byte of the body, and the query.",
    needs: ["routes"],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const { report, paymentRequestId } = await reported(trial);
        ensureSame(report.state, "delivered", "The state of Instamojo's report");
        ensureSame(report.attempts.length, 1, "The number of Instamojo's attempts to report");
        ensure(report.url.startsWith(trial.host().origin), "Instamojo must be given an address of the host.");
        if (driver.lacks?.events !== undefined) return;
        const { event } = await startedBy(trial, paymentRequestId);
        ensureSame(event.source, "webhook", "How the payment was learned of");
      }),
  },
  {
    id: "forged",
    name: "A report with a wrong signature is refused, and one that is too large is not read.",
    needs: ["routes"],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const { report, paymentRequestId } = await reported(trial);
        if (driver.lacks?.events === undefined) await startedBy(trial, paymentRequestId);
        const known = new Set(trial.started.map(({ event }) => event.id));
        const forged = await post(report.url, `payment_id=${report.paymentId}&status=Credit&mac=${"0".repeat(40)}`);
        ensureSame(forged.status, 403, "The answer to a forged report");
        const large = await post(report.url, `a=${"x".repeat(65_536)}`).catch(() => null);
        ensure(large === null || large.status === 413, "The answer to a body of more than 64 kB must be 413.");
        // An event that a slow flow did not take in time may start it again, under its own id.
        const forgedStarts = trial.started.filter(({ event }) => !known.has(event.id));
        ensureSame(forgedStarts.length, 0, "The starts by forged reports");
      }),
  },
  {
    id: "routes-only",
    name: "Of the public paths only the ones of the manifest answer, each to its own method.",
    needs: ["routes"],
    run: (driver) =>
      withTrial(driver, async (trial) => {
        const root = `${trial.host().origin}/integrations/instamojo`;
        const statusOf = async (path: string, method: string) => (await fetch(root + path, { method })).status;
        for (const [path, method] of [
          ["/shop/other", "GET"],
          ["/shop", "GET"],
          ["/shop/return", "POST"],
        ] as const) {
          const status = await statusOf(path, method);
          ensure(status === 404 || status === 405, `${method} …${path} must be answered 404 or 405, and is ${status}.`);
        }
        const back = await statusOf("/shop/return?op=x", "GET");
        ensure(back < 500 && back !== 404, `The return route must answer, and says ${back}.`);
      }),
  },
];
