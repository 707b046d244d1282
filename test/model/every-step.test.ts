import { describe, expect, it } from "@jest/globals";
import { latest } from "../../src/simulator/history.ts";
import { takePayment } from "../../src/simulator/take-payment.ts";
import { type WriteFault, writeFaults } from "./gateway-here.ts";
import { judgeEnd } from "./judge.ts";
import { openWorld, type World } from "./world.ts";

const link = {
  node: "generate-payment-link",
  input: { amount: "200.00", purpose: "Yoga class", reference: "order-1" },
  key: undefined,
} as const;

async function paid(world: World): Promise<string> {
  const { merchant } = world.gateway;
  const [request] = [...merchant.requests.values()].map(latest);
  if (!request) throw new Error("There is no link to pay.");
  return takePayment(world.gateway.desk(), { merchant, requestId: request.id, outcome: "success" }).id;
}

const refundOf = (paymentId: string) =>
  ({
    node: "create-refund",
    input: { paymentId, issueType: "QFL", description: "Product is not good", uniqueTransactionId: "R-1" },
    key: undefined,
  }) as const;

/** Everything is asked for once more after the process died, as a flow does that was started again. */
async function dieAndAskAgain(
  world: World,
  { steps, what, fault }: { readonly steps: number; readonly what: "link" | "refund"; readonly fault: WriteFault },
): Promise<boolean> {
  if (what === "link") world.gateway.fail(fault);
  if (what === "link") world.crashAfter(steps);
  await world.run(link, 1);
  const hasDied = world.claims[0]?.result === null;
  if (what === "link") await world.run(link, 1);
  await world.leap(31_000);
  const refund = refundOf(await paid(world));
  await world.leap(131_000);
  if (what === "refund") world.gateway.fail(fault);
  if (what === "refund") world.crashAfter(steps);
  await world.run(refund, 1);
  const wasCut = hasDied || world.claims.at(-1)?.result === null;
  await world.run(refund, 1);
  for (const seconds of [5, 130, 600]) await world.leap(seconds * 1000);
  await world.run(refund, 1);
  return wasCut;
}

describe.each(["documented", "hostile"] as const)("a process that dies at one step, at a %s gateway", (profile) => {
  it.each(["link", "refund"] as const)(
    "of making a %s neither charges nor refunds twice, whichever step it is and however the call goes",
    async (what) => {
      for (const fault of writeFaults) {
        let steps = 1;
        for (let isCut = true; isCut; steps += 1) {
          const world = await openWorld(profile);
          isCut = await dieAndAskAgain(world, { steps, what, fault }).finally(() => world.end());
          expect([fault, steps, ...judgeEnd(world)]).toEqual([fault, steps]);
        }
        // Fewer would mean that it did not die where it does its work.
        expect(steps).toBeGreaterThan(8);
      }
    },
    120_000,
  );
});
