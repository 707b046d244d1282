import fc from "fast-check";
import { latest } from "../../src/simulator/history.ts";
import { openCase } from "../../src/simulator/refund-cases.ts";
import { resolveCase } from "../../src/simulator/refund-cases.ts";
import { finishPayment, takePayment } from "../../src/simulator/take-payment.ts";
import { writeFaults, type WriteFault } from "./gateway-here.ts";
import { casesOf, judge, paymentsOf } from "./judge.ts";
import type { World } from "./world.ts";

/** What the sequence knows of what there may be; the world itself decides. */
export interface Model {
  links: number;
  payments: number;
  refunds: number;
}

type Command = fc.AsyncCommand<Model, World>;

/** A step of a sequence; what it did is judged at once. */
function command(
  text: string,
  check: (model: Readonly<Model>) => boolean,
  act: (model: Model, world: World) => Promise<void>,
): Command {
  return {
    check,
    async run(model, world) {
      await act(model, world);
      const wrong = judge(world);
      if (wrong.length > 0) throw new Error(wrong.join("\n"));
    },
    toString: () => text,
  };
}

const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)];
/** Most sequences run without a crash; the others die within the steps that a run takes. */
const crashAfter = fc.option(fc.integer({ min: 1, max: 45 }), { freq: 2, nil: null });
const fault = fc.oneof(
  { weight: 3, arbitrary: fc.constant<WriteFault>("none") },
  { weight: 2, arbitrary: fc.constantFrom(...writeFaults) },
);
const times = fc.constantFrom(1, 1, 1, 2, 5);
const index = fc.nat(5);

const link = fc.record({ reference: fc.nat(2), fault, crash: crashAfter, times }).map((given) =>
  command(
    `link ${JSON.stringify(given)}`,
    ({ links }) => links < 6,
    async (model, world) => {
      world.gateway.fail(given.fault);
      if (given.crash !== null) world.crashAfter(given.crash);
      const input = { amount: "200.00", purpose: "Yoga class", reference: `order-${given.reference}` };
      await world.run({ node: "generate-payment-link", input, key: undefined }, given.times);
      model.links += 1;
    },
  ),
);

const pay = fc
  .record({
    index,
    outcome: fc.constantFrom("success", "success", "success", "failure", "pending"),
    isTwice: fc.boolean(),
  })
  .map((given) =>
    command(
      `pay ${JSON.stringify(given)}`,
      ({ links }) => links > 0,
      async (model, world) => {
        const requests = [...world.gateway.merchant.requests.values()].map(latest);
        const request = pick(requests, given.index);
        if (!request || (request.isCompleted && !given.isTwice)) return;
        const { merchant } = world.gateway;
        const outcome = given.outcome as "success" | "failure" | "pending";
        takePayment(world.gateway.desk(), { merchant, requestId: request.id, outcome });
        model.payments += 1;
      },
    ),
  );

const finish = fc.record({ index, outcome: fc.constantFrom("success", "failure") }).map((given) =>
  command(
    `finish ${JSON.stringify(given)}`,
    ({ payments }) => payments > 0,
    async (_, world) => {
      const open = paymentsOf(world).filter(({ status }) => status === null);
      const payment = pick(open, given.index);
      const { merchant } = world.gateway;
      if (payment) finishPayment(world.gateway.desk(), merchant, payment.id, given.outcome as "success" | "failure");
    },
  ),
);

const amounts = [undefined, "200.00", "0.01", "50.00", "66.67", "150.00", "199.99"] as const;
const refund = fc
  .record({
    index,
    amount: fc.constantFrom(...amounts),
    id: fc.constantFrom(undefined, "R-1", "R-2", "R-3"),
    byLink: fc.boolean(),
    fault,
    crash: crashAfter,
    times,
  })
  .map((given) =>
    command(
      `refund ${JSON.stringify(given)}`,
      ({ payments }) => payments > 0,
      async (model, world) => {
        const payment = pick(paymentsOf(world), given.index);
        if (!payment) return;
        world.gateway.fail(given.fault);
        if (given.crash !== null) world.crashAfter(given.crash);
        const input = {
          paymentId: given.byLink ? payment.requestId : payment.id,
          issueType: "QFL",
          description: "Product is not good",
          ...(given.amount === undefined ? {} : { refundAmount: given.amount }),
          ...(given.id === undefined ? {} : { uniqueTransactionId: given.id }),
        };
        await world.run({ node: "create-refund", input, key: undefined }, given.times);
        model.refunds += 1;
      },
    ),
  );

const dashboardRefund = fc.record({ index, part: fc.integer({ min: 1, max: 3 }) }).map((given) =>
  command(
    `dashboard refund ${JSON.stringify(given)}`,
    ({ payments }) => payments > 0,
    async (_, world) => {
      const payment = pick(paymentsOf(world), given.index);
      if (payment?.status !== true) return;
      const { gateway } = world;
      const taken = casesOf(world)
        .filter(
          (each) => each.paymentId === payment.id && each.resolution !== "FINI_DENY" && each.resolution !== "FINI_WITH",
        )
        .reduce((sum, { amountPaise }) => sum + amountPaise, 0);
      const amountPaise = Math.floor((payment.amountPaise - taken) / given.part);
      if (amountPaise <= 0) return;
      const amountText = (amountPaise / 100).toFixed(2);
      const order = { payment, transactionId: null, type: "RFD", body: "by hand", amountText, amountPaise };
      openCase(gateway.desk(), gateway.merchant, order);
    },
  ),
);

const decide = fc
  .record({ index, resolution: fc.constantFrom("FINI_CONC", "FINI_CONC", "FINI_DENY", "FINI_WITH") })
  .map((given) =>
    command(
      `decide ${JSON.stringify(given)}`,
      ({ refunds }) => refunds > 0,
      async (_, world) => {
        const open = casesOf(world).filter(({ resolution }) => resolution === null);
        const found = pick(open, given.index);
        const history = found && world.gateway.merchant.cases.get(found.id);
        if (history) resolveCase(history, world.time.now(), given.resolution as "FINI_CONC");
      },
    ),
  );

const webhook = fc.record({ index, crash: crashAfter, isRepeated: fc.boolean() }).map((given) =>
  command(
    `webhook ${JSON.stringify(given)}`,
    ({ payments }) => payments > 0,
    async (_, world) => {
      const message = world.gateway.webhook(given.index);
      if (!message) return;
      if (given.crash !== null) world.crashAfter(given.crash);
      await world.receive(message.path, message.body);
      if (given.isRepeated) await world.receive(message.path, message.body);
    },
  ),
);

const wait = fc.constantFrom(1, 5, 40, 130, 600, 7200).map((seconds) =>
  command(
    `wait ${seconds} s`,
    () => true,
    async (_, world) => {
      await world.leap(seconds * 1000);
    },
  ),
);

const end = fc.constantFrom("crash", "restart").map((how) =>
  command(
    how,
    () => true,
    async (_, world) => {
      await (how === "crash" ? world.crash() : world.restart());
    },
  ),
);

/** Everything that may happen to money, weighted so that most sequences have something to refund. */
export const commands = [
  link,
  link,
  pay,
  pay,
  finish,
  refund,
  refund,
  refund,
  dashboardRefund,
  decide,
  webhook,
  wait,
  wait,
  end,
];
