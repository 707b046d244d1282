import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "../../schemas/account.ts";
import type { Manifest } from "../../schemas/manifest.ts";
import {
  localClientId,
  localClientSecret,
  localSalt,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../simulator/index.ts";
import { ensure, eventually } from "./expectations.ts";
import type { HostDriver, RunningHost, StepResult, StepRun, TakenEvent } from "./host-driver.ts";

/** One host with a local Instamojo of its own, whose ledger says what happened. */
export interface Trial {
  readonly simulator: Simulator;
  readonly manifest: Manifest;
  /** The host that runs now. */
  host(): RunningHost;
  stop(): Promise<void>;
  /** Starts the host again with the same folder. */
  start(): Promise<void>;
  /** Runs a step; what is not said is of no weight. */
  run(step: Partial<StepRun> & Pick<StepRun, "node" | "input">): Promise<StepResult>;
  /** Makes a link over 200.00 and returns the id of its payment request. */
  sell(step?: Partial<StepRun>): Promise<string>;
  /** Every start of the flow, also those that failed, in order. */
  readonly started: TakenEvent[];
  /** What the flow does from now on. */
  onEvent(flow: (taken: TakenEvent) => Promise<void>): void;
  /** The first start of the flow that fits, waited for. */
  next(fits: (taken: TakenEvent) => boolean, sentence: string): Promise<TakenEvent>;
  /** Waits for something else. */
  until<T>(look: () => T | undefined | Promise<T | undefined>, sentence: string): Promise<T>;
}

export interface TrialOptions {
  readonly simulator?: SimulatorOptions;
  readonly manifest?: (manifest: Manifest) => Manifest;
}

const usualPatienceMs = 15_000;

/** Starts everything, works, and ends everything, however it went. */
export async function withTrial(
  driver: HostDriver,
  work: (trial: Trial) => Promise<void>,
  options: TrialOptions = {},
): Promise<void> {
  const shipped = createRequire(import.meta.url)("instamojo-flow-nodes/manifest.json") as Manifest;
  const manifest = options.manifest?.(shipped) ?? shipped;
  const dataDir = await mkdtemp(join(tmpdir(), "conformance-"));
  const simulator = await startSimulator({ ...options.simulator, port: 0 });
  const account = { name: "shop", baseUrl: simulator.url, clientId: localClientId, clientSecret: localClientSecret };
  const accounts: Account[] = [{ ...account, privateSalts: [localSalt] }];
  const withinMs = driver.patienceMs ?? usualPatienceMs;
  const started: TakenEvent[] = [];
  let flow: (taken: TakenEvent) => Promise<void> = async () => {};
  let running: RunningHost | undefined;
  let occasions = 0;

  const trial: Trial = {
    simulator,
    manifest,
    started,
    host() {
      ensure(running !== undefined, "The host does not run now.");
      return running;
    },
    async start() {
      running = await driver.start({
        manifest,
        accounts,
        dataDir,
        flow: async (taken) => {
          started.push(structuredClone(taken));
          await flow(taken);
        },
      });
    },
    async stop() {
      const host = running;
      running = undefined;
      await host?.stop();
    },
    run(step) {
      occasions += 1;
      const usual = {
        account: "shop",
        given: "literal",
        occasion: `occasion-${occasions}`,
        conversation: "c",
      } as const;
      return trial.host().run({ ...usual, ...step });
    },
    async sell(step = {}) {
      const input = { amount: "200", purpose: "Iphone" };
      const { port, output, error } = await trial.run({ node: "generate-payment-link", input, ...step });
      ensure(port === "success", `A link must be made; the flow left by ${port}: ${JSON.stringify(error)}`);
      return String(output?.paymentRequestId);
    },
    onEvent(next) {
      flow = next;
    },
    next: (fits, sentence) => eventually(() => started.find(fits), { withinMs, sentence }),
    until: (look, sentence) => eventually(look, { withinMs, sentence }),
  };

  try {
    await trial.start();
    await work(trial);
  } finally {
    flow = async () => {};
    await trial.stop().catch(() => {});
    await simulator.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}
