import { join } from "node:path";
import { registry } from "../../nodes/index.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { HostDriver, StepResult, StepRun } from "../../src/conformance/index.ts";
import { loadFromRegistry } from "../../src/runtime/load-units.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { eventPort, type Flow, startEngine, type Step } from "../host/reference-engine.ts";

const statuses = ["Pending", "Processing", "Completed", "Failed", "Refunded", "Cancelled"];

/** The engine in miniature. It knows a conversation by its name, so the occasion and the conversation are in that. */
export const referenceDriver: HostDriver = {
  name: "reference engine",
  lacks: { time: "It runs in real time." },
  async start({ manifest, accounts, dataDir, flow }) {
    const left = new Map<string, StepResult>();
    const steps: Record<string, Step> = { event: { unit: "payment-status", form: { statuses, refundUpdates: true } } };
    const engine = await startEngine({
      manifest,
      accounts,
      store: await openSqliteStore({ file: join(dataDir, "ledger.db") }),
      load: loadFromRegistry(registry),
      async onTrace({ conversation, step, port, value }) {
        if (port === eventPort) {
          return flow({ event: value as PaymentStatusEvent, conversation: JSON.parse(conversation).conversation });
        }
        const held = value as Record<string, unknown>;
        left.set(step, "outcome" in held ? { port, error: held } : { port, output: held });
      },
    });
    await engine.deploy(steps as Flow);
    const events = engine.plugin.events.get("payment-status");
    return {
      origin: engine.url,
      palette: async () => engine.palette.map(({ id }) => id),
      async run({ node, account, input, given, occasion, conversation }: StepRun) {
        const bound = Object.keys(input).map((field) => [field, `{{given.${field}}}`]);
        const step = `step of ${occasion}`;
        const form = given === "literal" ? input : Object.fromEntries(bound);
        steps[step] = { unit: node, form: { ...form, account } };
        await engine.start(step, JSON.stringify({ occasion, conversation }), { given: input });
        return left.get(step) as StepResult;
      },
      setActive: async (account, isActive) =>
        void (await (isActive ? events?.activate(account) : events?.deactivate(account))),
      stop: () => engine.close(),
    };
  },
};
