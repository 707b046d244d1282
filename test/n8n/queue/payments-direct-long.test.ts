import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Simulator, startSimulator } from "../../../src/simulator/index.ts";
import { startReceiver } from "../../helpers/http-host.ts";
import { localCredentials } from "../../helpers/plugin-host.ts";
import { linkAt } from "../link-at.ts";
import { type QueueStack, startQueueStack } from "../queue-stack.ts";
import { type TriggerFlow, triggerFlow } from "../workflows.ts";
import { killsOf, outcomeOf, payments, report, type Shop, untilQuiet } from "./outcome.ts";

/**
 * Between two customers. Two cores that run all of this take about ten messages a second, all of a burst at the same
 * time, and Instamojo waits five seconds for an answer: of 200 at once none is answered in time.
 */
const pauseMs = 400;
const quietMs = 20_000;
/** Runs that the processes had in hand when they were killed: a worker has ten at most, and with Redis both stand still. */
const mostInHand = 10 + 10 + 20;
/** n8n's list of processed items is no lock: of payments told in two ways some are told twice, but few. */
const mostToldAgain = payments / 20;

let stack: QueueStack;
let simulator: Simulator;
let shop: Shop;

beforeAll(async () => {
  stack = await startQueueStack();
}, 600_000);
afterAll(() => stack?.close(), 120_000);

/** Runs the trigger on an Instamojo and for a shop of its own. */
async function withFlow(lookForMissed: boolean, run: (flow: TriggerFlow) => Promise<void>): Promise<void> {
  const { clientId, clientSecret, salt } = localCredentials;
  simulator = await startSimulator(localCredentials);
  shop = await startReceiver();
  try {
    const credential = { world: "local", baseUrl: simulator.url, clientId, clientSecret, privateSalt: salt };
    const pollTimes = { item: [{ mode: "everyMinute" }] };
    const flow = await triggerFlow(
      { ...stack.n8n, url: stack.webhookUrl },
      {
        shop: shop.url,
        parameters: { source: "direct", directStatuses: ["Completed"], lookForMissed, pollTimes },
        credentials: { instamojoApi: await stack.n8n.createCredential("instamojoApi", credential) },
      },
    );
    await run(flow);
    await stack.n8n.deactivate(flow.id);
  } finally {
    await simulator.close();
    await shop.close();
  }
}

/** Customers come all the time, also while a part of n8n is killed and started again. */
async function sell(webhook: string): Promise<void> {
  const kills = [...killsOf(stack)];
  const share = Math.ceil(payments / (kills.length + 1));
  const done: Promise<void>[] = [];
  for (let sold = 0; sold < payments; sold += 1) {
    if (sold > 0 && sold % share === 0) done.push((kills.shift() as () => Promise<void>)());
    const link = await linkAt(simulator, { amount: "10.00", purpose: "Tea", webhook });
    simulator.control.pay({ paymentRequestId: link.id, outcome: "success" });
    await pause(pauseMs);
  }
  await Promise.all(done);
  await simulator.control.settled();
  await untilQuiet(shop, quietMs);
}

/** Payments whose message n8n never answered with success. */
function refused(): ReadonlySet<string> {
  const failed = simulator.ledger().webhooks.filter(({ state }) => state !== "delivered");
  return new Set(failed.map(({ paymentId }) => paymentId));
}

/** Instamojo repeats messages as long after the first as one payment came after the other, not all at once. */
async function repeatRefused(): Promise<void> {
  for (;;) {
    const { now, webhooks } = simulator.ledger();
    const dueAt = Math.min(...webhooks.filter(({ state }) => state === "waiting").map((each) => each.dueAt));
    if (dueAt === Number.POSITIVE_INFINITY) break;
    await simulator.control.advanceClock(Math.max(dueAt - now, 0) / 1000);
  }
  await untilQuiet(shop, quietMs);
}

describe("n8n in queue mode, told by Instamojo itself", () => {
  it("loses what it did not take, where nobody repeats it, and at most what killed processes had in hand", async () => {
    await withFlow(false, async ({ url }) => {
      simulator.control.setSwitches({ webhookRetries: true });
      await sell(url);
      const first = outcomeOf(simulator, shop);
      report(`Directly; ${refused().size} messages not taken`, first);
      expect(first).toMatchObject({ paid: payments, invented: [] });
      expect(first.lost.filter((id) => !refused().has(id)).length).toBeLessThanOrEqual(mostInHand);

      await repeatRefused();
      const last = outcomeOf(simulator, shop);
      report("Directly, where Instamojo repeats what was not taken", last);
      expect(last).toMatchObject({ paid: payments, invented: [] });
      expect(last.lost.length).toBeLessThanOrEqual(mostInHand);
      expect(last.toldAgain).toBeLessThanOrEqual(mostToldAgain);
    });
  }, 1_200_000);

  it("finds by looking what it did not take; loses at most what killed processes had in hand", async () => {
    await withFlow(true, async ({ url }) => {
      await sell(url);
      report(
        `Directly and looking, before the last look; ${refused().size} messages not taken`,
        outcomeOf(simulator, shop),
      );
      await pause(70_000);
      await untilQuiet(shop, quietMs);
      const outcome = outcomeOf(simulator, shop);
      report("Directly and looking", outcome);
      expect(outcome).toMatchObject({ paid: payments, invented: [] });
      expect(outcome.lost.length).toBeLessThanOrEqual(mostInHand);
      expect(outcome.toldAgain).toBeLessThanOrEqual(mostToldAgain);
    });
  }, 1_200_000);
});
