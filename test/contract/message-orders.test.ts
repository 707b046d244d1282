import { afterEach, describe, expect, it } from "@jest/globals";
import { type FaultScene, gatewayProfiles, rest, startScene } from "../helpers/fault-scene.ts";

let scene: FaultScene;
afterEach(() => scene.host.close());

const ways = ["webhook", "return", "poll"] as const;
type Way = (typeof ways)[number];
const orders = ways.flatMap((first) =>
  ways.flatMap((second) => {
    const third = ways.find((way) => way !== first && way !== second);
    return first === second || !third ? [] : [[first, second, third] as const];
  }),
);

const redirectOf = (id: string) =>
  scene.host.simulator.ledger().paymentRequests.find((request) => request.id === id)?.redirectUrl as string;

describe.each(gatewayProfiles)("with a %s gateway", (profile) => {
  // The hostile one takes more than was asked for.
  const first = profile === "hostile" ? "overpaid" : null;

  it("webhook, return and poll tell a payment once, in each of their six orders", async () => {
    scene = await startScene({ profile });
    scene.fault({ kind: "webhook-drop", count: 0 });
    const ids = await Promise.all(orders.map(() => scene.link()));
    const payments = ids.map((id) => scene.pay(id));
    const tell: Record<Way, (index: number) => Promise<unknown>> = {
      webhook: (index) => scene.post(payments[index] as (typeof payments)[number]),
      return: (index) => fetch(redirectOf(ids[index] as string)),
      // The sweep is due, and what it shows is old enough to be seen.
      poll: () => scene.pass(130).then(() => rest(700)),
    };
    expect(orders).toHaveLength(6);
    for (const step of [0, 1, 2]) {
      const due = orders.map((order) => order[step] as Way);
      // The poll is one look for all links, so it comes between what comes before it and what comes after.
      for (const way of ways) {
        const some = due.flatMap((each, index) => (each === way ? [index] : []));
        await (way === "poll" ? tell.poll(0) : Promise.all(some.map(tell[way])));
      }
    }
    await scene.allToldOnce();
  });

  it("webhooks that are lost, repeated and out of order tell each payment once", async () => {
    scene = await startScene({ profile });
    const ids = await Promise.all(Array.from({ length: 4 }, () => scene.link()));
    scene.fault({ kind: "webhook-drop", count: 3 });
    scene.fault({ kind: "webhook-repeat", count: 3, times: 6 });
    scene.fault({ kind: "webhook-reorder", count: 6 });
    scene.fault({ kind: "webhook-delay", count: 2, delaySeconds: 400 });
    for (let index = 0; index < 16; index += 1) scene.pay(ids[index % 4] as string);
    await scene.host.simulator.control.settled();
    await scene.allToldOnce();
    await scene.pass(500);
    await scene.host.simulator.control.settled();
    const { webhooks } = scene.host.simulator.ledger();
    expect(webhooks.filter(({ state }) => state === "dropped")).toHaveLength(3);
    expect(webhooks.reduce((sum, { attempts }) => sum + attempts.length, 0)).toBe(13 + 3 * 6);
    await scene.allToldOnce();
    for (const id of ids) {
      const sequences = scene.completed().filter((event) => event.paymentRequestId === id);
      const numbers = sequences.map(({ sequence }) => sequence);
      expect(numbers).toEqual([...numbers].sort((left, right) => left - right));
      expect(sequences.filter(({ reason }) => reason === first)).toHaveLength(1);
      expect(sequences.filter(({ reason }) => reason === "duplicate")).toHaveLength(3);
    }
  });

  it("a webhook and the poll at the same instant, many times over, tell each payment once", async () => {
    scene = await startScene({ profile });
    for (let round = 0; round < 4; round += 1) {
      const ids = await Promise.all(Array.from({ length: 3 }, () => scene.link()));
      scene.fault({ kind: "webhook-drop", count: 3 });
      const payments = ids.map((id) => scene.pay(id));
      await scene.pass(121);
      await Promise.all(payments.flatMap((payment) => [scene.post(payment), scene.post(payment)]));
    }
    await scene.allToldOnce();
  });

  it("a webhook before the reply of the link was stored tells its payment once, to the right conversation", async () => {
    scene = await startScene({ profile });
    scene.fault({ kind: "delay", method: "POST", path: "/v2/payment_requests/", delayMs: 700 });
    const asked = scene.link({ correlation: { chat: "c-1" } });
    const requests = () => scene.host.simulator.ledger().paymentRequests;
    for (const end = Date.now() + 5_000; requests().length === 0 && Date.now() < end; ) await rest(10);
    const { id } = requests()[0] as { id: string };
    const payment = scene.pay(id);
    await scene.host.simulator.control.settled();
    expect((await scene.post(payment)).status).toBe(200);
    expect(await asked).toBe(id);
    await scene.allToldOnce();
    expect(scene.completed()).toMatchObject([{ correlation: { chat: "c-1" }, reason: first }]);
  });
});
