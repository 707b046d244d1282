import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Account } from "../../schemas/account.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { NodeResult } from "../../src/runtime/run-node.ts";

export interface ChildHostOptions {
  readonly account: Account;
  readonly storeFile: string;
  /** How much faster than real time its clock runs. */
  readonly clockRate: number;
}

export type ToChildHost =
  | { readonly kind: "advance"; readonly ms: number }
  | { readonly kind: "run"; readonly id: number; readonly node: string; readonly input: Record<string, unknown> };

export type FromChildHost =
  | { readonly kind: "ready"; readonly origin: string }
  | { readonly kind: "event"; readonly event: PaymentStatusEvent }
  | { readonly kind: "result"; readonly id: number; readonly result: NodeResult };

/** A host in a process of its own, and what its one taker received. */
export interface ChildHost {
  readonly pid: number;
  readonly events: readonly PaymentStatusEvent[];
  run(node: string, input: Record<string, unknown>): Promise<NodeResult>;
  advance(ms: number): void;
  /** Lets the whole process stand still, its ledger included, until `thaw`. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

export async function startChildHost(options: ChildHostOptions): Promise<ChildHost> {
  const program = fileURLToPath(new URL("child-host-program.ts", import.meta.url));
  const child = fork(program, [JSON.stringify(options)], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", 2, 2, "ipc"],
  });
  const events: PaymentStatusEvent[] = [];
  const results = new Map<number, (result: NodeResult) => void>();
  let lastId = 0;
  const ready = new Promise<void>((resolve, reject) => {
    child.once("exit", (code, signal) => reject(new Error(`The host ended by itself (${code ?? signal}).`)));
    child.on("message", (word: FromChildHost) => {
      if (word.kind === "ready") resolve();
      if (word.kind === "event") events.push(word.event);
      if (word.kind === "result") results.get(word.id)?.(word.result);
    });
  });
  await ready;
  const say = (word: ToChildHost): void => void child.send(word);
  return {
    pid: child.pid as number,
    events,
    run(node, input) {
      lastId += 1;
      const id = lastId;
      say({ kind: "run", id, node, input });
      return new Promise((resolve) => {
        results.set(id, resolve);
      });
    },
    advance: (ms) => say({ kind: "advance", ms }),
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    async close() {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
