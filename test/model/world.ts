import { registry } from "../../nodes/index.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import { createPlugin, type Plugin } from "../../src/plugin.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import type { HandlerResponse } from "../../src/runtime/host.ts";
import { loadFromRegistry } from "../../src/runtime/load-units.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import type { NodeResult } from "../../src/runtime/run-node.ts";
import type { SimulatorProfile } from "../../src/simulator/index.ts";
import { openSqliteStoreHere } from "../../src/store/sqlite-store-here.ts";
import type { Store } from "../../src/store/store.ts";
import { localCredentials, manifest } from "../helpers/plugin-host.ts";
import { type GatewayHere, gatewayHere } from "./gateway-here.ts";
import { type SimulatedTime, simulatedTime } from "./simulated-time.ts";

/** What one run of a node was asked, and what it said; `result` is null where the process died over it. */
export interface Claim {
  readonly node: "generate-payment-link" | "create-refund";
  readonly input: Readonly<Record<string, unknown>>;
  readonly key: string | undefined;
  /** Runs that were asked for together have the same number. */
  readonly batch: number;
  /** The sends from this index up to that one were made while they ran. */
  readonly from: number;
  readonly to: number;
  readonly result: NodeResult | null;
}

/** A plugin that can die at any step, its ledger, and the gateway; all on one simulated time. */
export interface World {
  readonly profile: SimulatorProfile;
  readonly time: SimulatedTime;
  readonly gateway: GatewayHere;
  readonly claims: Claim[];
  /** Everything that any life delivered. */
  readonly events: PaymentStatusEvent[];
  /** Lets the process die after so many more steps; a step is a call of the ledger or of the gateway, or its answer. */
  crashAfter(steps: number): void;
  /** How many steps this life has made. */
  steps(): number;
  /** Runs a node so many times at once. Where the process dies over it, the next one is started. */
  run(claim: Pick<Claim, "node" | "input" | "key">, times: number): Promise<void>;
  receive(path: string, body: string): Promise<HandlerResponse | null>;
  plugin(): Plugin;
  crash(): Promise<void>;
  restart(): Promise<void>;
  leap(ms: number): Promise<void>;
  end(): Promise<void>;
}

interface Life {
  isOver: boolean;
  steps: number;
  crashAt: number;
}

const start = Date.UTC(2026, 0, 5, 6);
const validator = createAjvValidator();
/** Nobody who runs through years in a second should wait for a budget. */
const generous = { perSecond: 1_000, burst: 1_000, parallel: 100, waiting: 1_000 };
/** A new one each time: what waits for it is forgotten with it. */
const forever = () => new Promise<never>(() => {});

/** `faulty` puts a planted mistake between the plugin and its ledger, to see that the judge sees. */
export async function openWorld(profile: SimulatorProfile, faulty: (store: Store) => Store = (s) => s): Promise<World> {
  const time = simulatedTime(start);
  const gateway = gatewayHere(time, { ...localCredentials, profile, switches: { refundReviewSeconds: null } });
  const ledger = openSqliteStoreHere(":memory:");
  const claims: Claim[] = [];
  const events: PaymentStatusEvent[] = [];
  let life: Life = { isOver: true, steps: 0, crashAt: 0 };
  let plugin: Plugin;

  const stepOf = (own: Life) => async (): Promise<void> => {
    if (own.isOver) return forever();
    own.steps += 1;
    if (own.steps !== own.crashAt) return;
    own.isOver = true;
    return forever();
  };

  function storeOf(step: () => Promise<void>): Store {
    const methods = Object.entries(ledger).map(([name, method]) => [
      name,
      async (...given: unknown[]) => {
        await step();
        const result = await (method as (...given: unknown[]) => Promise<unknown>)(...given);
        await step();
        return result;
      },
    ]);
    return faulty({ ...Object.fromEntries(methods), close: async () => {} } as Store);
  }

  /** The plugin of a new life, which cannot die before it has begun. */
  async function begin(): Promise<void> {
    const own: Life = { isOver: false, steps: 0, crashAt: -1 };
    life = own;
    const step = stepOf(own);
    const { clientId, clientSecret, salt } = localCredentials;
    const account = { name: "shop", baseUrl: gateway.origin, clientId, clientSecret, privateSalts: [salt] };
    const opening = createPlugin(
      manifest,
      {
        tier: "development",
        accounts: () => [account],
        store: storeOf(step),
        logger: silentLogger,
        clock: time.clock(() => own.isOver),
        transport: gateway.transport(step),
        validator,
        publicUrl: "http://127.0.0.1:8099",
        readLimits: { node: generous, link: generous, hint: generous },
      },
      { load: loadFromRegistry(registry) },
    );
    plugin = (await time.drive(opening, () => false)) as Plugin;
    const subscribed = plugin.events.get("payment-status")?.subscribe({
      id: "flow",
      statuses: ["Pending", "Processing", "Completed", "Failed", "Refunded", "Cancelled"],
      refundUpdates: true,
      async deliver(event) {
        if (own.isOver) return forever();
        events.push(event);
      },
    });
    await time.drive(Promise.resolve(subscribed), () => false);
  }

  async function ended<T>(work: Promise<T>): Promise<T | null> {
    const own = life;
    const result = await time.drive(work, () => own.isOver);
    if (own.isOver) await begin();
    return result;
  }

  await begin();
  return {
    profile,
    time,
    gateway,
    claims,
    events,
    plugin: () => plugin,
    steps: () => life.steps,
    crashAfter(steps) {
      life.crashAt = life.steps + steps;
    },
    async run({ node, input, key }, times) {
      const from = gateway.sends.length;
      const results: (NodeResult | null)[] = Array.from({ length: times }, () => null);
      const runs = results.map(async (_, index) => {
        results[index] = await plugin.nodes
          .get(node)!
          .run({ account: "shop", input, ...(key === undefined ? {} : { key }) });
      });
      await ended(Promise.all(runs));
      life.crashAt = -1;
      gateway.fail("none");
      const batch = (claims.at(-1)?.batch ?? 0) + 1;
      const to = gateway.sends.length;
      for (const result of results) claims.push({ node, input, key, batch, from, to, result });
    },
    async receive(path, body) {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const answer = await ended(plugin.receive({ method: "POST", path, headers, body }));
      life.crashAt = -1;
      return answer;
    },
    async crash() {
      life.isOver = true;
      await begin();
    },
    async restart() {
      await ended(plugin.close());
      life.isOver = true;
      await begin();
    },
    async leap(ms) {
      await time.settle(() => life.steps);
      time.leap(ms);
      await time.settle(() => life.steps);
      if (life.isOver) await begin();
    },
    async end() {
      life.isOver = true;
      await ledger.close();
    },
  };
}
