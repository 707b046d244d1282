import { afterEach, describe, expect, it } from "@jest/globals";
import { localClientId, localClientSecret, startSimulator } from "../../src/simulator/index.ts";
import { askForLink, openChat } from "./chat-client.ts";
import {
  controlOf,
  type PlaygroundProcess,
  type SimulatorControl,
  startPlaygroundProcess,
} from "./playground-process.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Milliseconds from a payment at the gateway to "Paid" in the chat, one payment after the other; sorted. */
async function timePayments(
  playground: PlaygroundProcess,
  gateway: SimulatorControl,
  count: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const buyer = await openChat(playground.chat);
    const paymentRequestId = await askForLink(buyer);
    const startedAt = performance.now();
    await gateway.pay({ paymentRequestId, outcome: "success" });
    await buyer.waitFor(/^Paid/);
    times.push(performance.now() - startedAt);
    buyer.close();
  }
  return times.sort((left, right) => left - right);
}

const p95 = (sorted: readonly number[]): number => sorted[Math.ceil(sorted.length * 0.95) - 1]!;

describe("the speed of the playground", () => {
  it("is ready within five seconds, and says paid within one second of the payment", async () => {
    const playground = await startPlaygroundProcess();
    closers.push(() => playground.discard());
    expect(playground.readyAfterMs).toBeLessThan(5000);
    expect(p95(await timePayments(playground, playground.simulator, 20))).toBeLessThan(1000);
  }, 60_000);

  it("says paid within three seconds where no webhook can come", async () => {
    const simulator = await startSimulator();
    closers.push(() => simulator.close());
    const env = {
      INSTAMOJO_BASE_URL: simulator.url,
      INSTAMOJO_CLIENT_ID: localClientId,
      INSTAMOJO_CLIENT_SECRET: localClientSecret,
    };
    const playground = await startPlaygroundProcess({ env });
    closers.push(() => playground.discard());
    expect(p95(await timePayments(playground, controlOf(simulator.url), 4))).toBeLessThan(3000);
  }, 60_000);
});
