import { afterEach, describe, expect, it } from "@jest/globals";
import type { PluginEvent } from "../../src/plugin.ts";
import { type FaultScene, gatewayProfiles, rest, startScene, until } from "../helpers/fault-scene.ts";

let scene: FaultScene;
afterEach(() => scene.host.close());

const day = 86_400;
const closes = () => scene.host.simulator.ledger().calls.filter(({ path }) => path.endsWith("/disable/"));
const told = (status: string) => scene.host.events.filter((event) => event.status === status);

async function linkThatExpires(minutes: number): Promise<string> {
  const input = { amount: "200", purpose: "Iphone", expiresAfter: minutes };
  const result = await scene.host.run("generate-payment-link", input);
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return String(result.output.paymentRequestId);
}

/** Time passes at both sides, a quarter of a minute at a time. */
const passing = () => scene.pass(15).then(() => rest(100));

describe.each(gatewayProfiles)("with a %s gateway", (profile) => {
  // What is refused could not fire early either.
  const simulator = { switches: { enableDisableRefused: false, paymentSurchargePaise: 0 } };

  it.each([
    ["forwards", day],
    ["backwards", -day],
  ])("a clock that jumps %s by a day ends no link early, and loses and doubles no payment", async (_, seconds) => {
    scene = await startScene({ profile, simulator });
    scene.fault({ kind: "webhook-drop", count: 0 });
    const [retried, unfinished, unpaid] = [await scene.link(), await scene.link(), await linkThatExpires(60)];
    const { control } = scene.host.simulator;
    const processing = control.pay({ paymentRequestId: unfinished, outcome: "pending" });
    await until(() => told("Processing").length === 1, passing);
    // Waits for its next attempt when the clock jumps.
    scene.fault({ kind: "status", method: "GET", path: "/v2/payments/MOJO*", status: 503, count: 3 });
    expect((await scene.post(scene.pay(retried))).status).toBe(200);
    await rest(100);
    scene.clock.advance(seconds * 1000);
    await rest(700);
    control.pay({ paymentId: processing.id, outcome: "success" });
    scene.pay(await linkThatExpires(60));
    await scene.allToldOnce();
    expect(closes()).toEqual([]);
    control.pay({ paymentRequestId: unpaid, outcome: "success" });
    await scene.allToldOnce();
    expect(told("Completed").map(({ reason }) => reason)).toEqual([null, null, null, null]);
    expect(told("Cancelled")).toEqual([]);
  });

  it("a deadline is kept on the gateway's time, whatever ours says", async () => {
    scene = await startScene({ profile, simulator });
    const id = await linkThatExpires(60);
    scene.clock.advance(-day * 1000);
    await scene.host.simulator.control.advanceClock(59 * 60);
    await scene.host.run("get-payment-status", { paymentRequestId: id });
    await rest(700);
    expect(told("Cancelled")).toEqual([]);
    await scene.host.simulator.control.advanceClock(5 * 60);
    await until(() => told("Cancelled").length === 1, passing);
    expect(told("Cancelled")).toMatchObject([{ paymentRequestId: id, reason: "expired" }]);
    expect(closes().map(({ status }) => status)).toEqual([200]);
  });

  it("an event that waits for its next attempt is not held up by a day when the clock is set back", async () => {
    scene = await startScene({ profile, simulator });
    const event = scene.host.plugin.events.get("payment-status") as PluginEvent;
    let attempts = 0;
    await event.subscribe({
      id: "flow",
      deliver: async () => {
        attempts += 1;
        if (attempts < 3) throw new Error("not now");
      },
    });
    scene.pay(await scene.link());
    await until(() => attempts > 0, passing);
    scene.clock.advance(-day * 1000);
    await until(async () => (await event.undelivered()).waiting === 0, passing);
    expect(attempts).toBe(3);
    await scene.allToldOnce();
  });
});
