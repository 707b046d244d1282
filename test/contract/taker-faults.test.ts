import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { PluginEvent } from "../../src/plugin.ts";
import type { Taker } from "../../src/runtime/host.ts";
import { type FaultScene, gatewayProfiles, rest, scratchFolder, startScene, until } from "../helpers/fault-scene.ts";
import { openFaultyLedger } from "../helpers/faulty-ledger.ts";

let folder: ReturnType<typeof scratchFolder>;
let scene: FaultScene;
beforeEach(() => {
  folder = scratchFolder();
});
afterEach(async () => {
  await scene.host.close();
  folder.remove();
});

const paymentStatus = () => scene.host.plugin.events.get("payment-status") as PluginEvent;

/** Every way not to take an event. The one that rejects late does so when nobody waits any more. */
const refusals: Readonly<Record<string, Taker["deliver"]>> = {
  hangs: () => new Promise(() => {}),
  throws: () => {
    throw new Error("no");
  },
  rejects: () => Promise.reject(new Error("no")),
  "rejects with nothing": () => Promise.reject(undefined),
  "rejects late": (_, signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => setTimeout(() => reject(new Error("late")), 20))),
  "changes what it is given": (event) => {
    for (const key of Object.keys(event)) delete (event as Record<string, unknown>)[key];
    return Promise.reject(new Error("no"));
  },
};

describe.each(gatewayProfiles)("with a %s gateway", (profile) => {
  it("takers that hang or throw slow down neither the webhook nor the taker beside them", async () => {
    scene = await startScene({ profile });
    for (const [id, deliver] of Object.entries(refusals)) {
      await paymentStatus().subscribe({ id, deliver, timeoutMs: 200, width: 2 });
    }
    const ids = await Promise.all(Array.from({ length: 12 }, () => scene.link()));
    for (const id of ids) scene.pay(id);
    await scene.host.simulator.control.settled();
    const webhooks = scene.host.simulator.ledger().webhooks;
    expect(webhooks.map(({ attempts }) => attempts.map(({ status }) => status))).toEqual(Array(12).fill([200]));
    await scene.allToldOnce();
    expect(scene.completed().map((event) => Object.keys(event).length > 10)).toEqual(Array(12).fill(true));
  });

  it("a taker gets no event again and again while the ledger cannot note that it was taken", async () => {
    const ledger = await openFaultyLedger(folder.fileOf("ledger.db"));
    scene = await startScene({ profile, host: { store: ledger.store } });
    const received: PaymentStatusEvent[] = [];
    await paymentStatus().subscribe({
      id: "flow",
      async deliver(event) {
        received.push(event);
        ledger.set("read-only");
      },
    });
    scene.pay(await scene.link());
    await until(
      () => received.length > 0,
      () => scene.pass(15).then(() => rest(50)),
    );
    for (let round = 0; round < 6; round += 1) {
      await scene.pass(15);
      await rest(200);
    }
    expect(received).toHaveLength(1);
    ledger.set(null);
    await until(
      async () =>
        (
          await paymentStatus()
            .undelivered()
            .catch(() => null)
        )?.waiting === 0,
      () => scene.pass(15).then(() => rest(50)),
    );
    expect(received).toHaveLength(1);
    await scene.allToldOnce();
  });
});
