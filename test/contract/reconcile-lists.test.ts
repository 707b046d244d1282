import { afterEach, describe, expect, it } from "@jest/globals";
import { createGateway } from "../../src/client/gateway.ts";
import { createKyTransport } from "../../src/client/ky-transport.ts";
import { createGatewayTime } from "../../src/payments/gateway-time.ts";
import { createSweep } from "../../src/payments/sweep.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { type SimulatorProfile, type SimulatorSwitches, startSimulator } from "../../src/simulator/index.ts";
import { createBody, fits, instantClock } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { localCredentials } from "../helpers/plugin-host.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A sweep over the payment list of the real local Instamojo, with one link of ours and nothing that reads payments. */
async function startSweep(profile: SimulatorProfile, switches: Partial<SimulatorSwitches>) {
  let now = Date.UTC(2026, 0, 1, 12);
  const simulator = await startSimulator({ ...localCredentials, profile, switches, now: () => now });
  closers.push(() => simulator.close());
  const { clientId, clientSecret } = localCredentials;
  const clock = { ...instantClock(now), now: () => now };
  const gateway = createGateway(
    { name: "shop", baseUrl: simulator.url, clientId, clientSecret },
    { transport: createKyTransport(), clock, fits, random: () => 0 },
  );
  closers.push(() => gateway.close());
  const { id } = await gateway.createPaymentRequest(createBody);
  const { store } = await openLedger({ paymentRequestId: id, createdAt: now });
  closers.push(() => store.close());

  const paid: string[] = [];
  const pay = (count: number) => {
    for (let index = 0; index < count; index += 1) {
      now += 1;
      paid.push(simulator.control.pay({ paymentRequestId: id, outcome: "success", isForced: true }).id);
    }
  };
  let meanwhile = () => {};
  const session = fakeSession({
    gateway: {
      async listPayments(page) {
        const got = await gateway.listPayments(page);
        meanwhile();
        return got;
      },
      // Links that are paid tell their payments too; here the list of payments is alone.
      listPaymentRequests: async () => ({ payment_requests: [], count: 0, next: null }),
    },
  });
  const sweep = createSweep({
    store,
    links: { adopt: async () => null },
    clock,
    gatewayTime: createGatewayTime(clock),
    logger: silentLogger,
    onNews: () => {},
  });
  return {
    pay,
    paid,
    pass: (seconds: number) => {
      now += seconds * 1_000;
    },
    /** Sweeps once, with something happening after each page. */
    async sweep(during = () => {}) {
      meanwhile = during;
      await sweep.run(session);
    },
    found: async () =>
      (await store.watchedPayments(Number.MAX_SAFE_INTEGER, 100_000)).map((row) => row.paymentId).sort(),
  };
}

const orders = ["created-desc", "created-asc", "modified-desc"] as const;

describe.each<[SimulatorProfile, SimulatorSwitches["listOrder"]]>([
  ...orders.map((order) => ["hostile", order] as [SimulatorProfile, typeof order]),
  ["documented", "created-desc"],
])("the payment list of a gateway that is %s, in the order %s", (profile, listOrder) => {
  it("is swept without missing a payment, however many came since and while it is read", async () => {
    const { pay, paid, pass, sweep, found } = await startSweep(profile, { listOrder });
    // Below a page, about a page, and several of them, all younger than the hourly look at the last day.
    for (const count of [3, 99, 101, 450, 1, 900, 0, 249]) {
      pay(count);
      pass(121);
      await sweep();
      expect(await found()).toEqual(paid.toSorted());
    }
    pay(600);
    pass(60);
    // What the gateway shows late comes up between the pages of one pass.
    await sweep(() => {
      pay(7);
      pass(40);
    });
    pass(121);
    await sweep();
    expect(await found()).toEqual(paid.toSorted());
  });
});
