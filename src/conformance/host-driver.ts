import type { Account } from "../../schemas/account.ts";
import type { Manifest } from "../../schemas/manifest.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";

/** What not every host has. A host that lacks one says why; the cases that need it do not apply then. */
export const capabilities = {
  manifest: "It is given its manifest and offers what that names.",
  expressions: "The form of a step takes what an expression came to.",
  events: "An event starts a flow, in the conversation that the link was made in.",
  retries: "An event whose flow fails counts as not taken and comes again.",
  routes: "It serves the public routes.",
  inactive: "An account can be made inactive.",
  time: "Its clock can be moved, and it shows what did not reach anybody.",
} as const;

export type Capability = keyof typeof capabilities;

/** Starts the host under test and does with it what an author and an engine do. You write one for your host. */
export interface HostDriver {
  readonly name: string;
  /** What the host does not have, with the reason. */
  readonly lacks?: Readonly<Partial<Record<Capability, string>>>;
  /** How long a case waits for something to happen, in milliseconds; 15 000 unless given. */
  readonly patienceMs?: number;
  start(start: HostStart): Promise<RunningHost>;
}

export interface HostStart {
  readonly manifest: Manifest;
  /** To be added as they are. Their addresses are loopback. */
  readonly accounts: readonly Account[];
  /** Everything that outlives the host goes in here. A host that is started again gets the same folder. */
  readonly dataDir: string;
  /**
   * The flow that events start. One stable receiver of all accounts and statuses, told of refunds too, calls it for each
   * event. A rejection is a flow that failed: the event is not taken. It may never settle: then the flow hangs.
   */
  readonly flow: (taken: TakenEvent) => Promise<void>;
}

export interface TakenEvent {
  readonly event: PaymentStatusEvent;
  /** The conversation that the flow was started in. */
  readonly conversation: unknown;
}

/** One step of a flow, carried out. */
export interface StepRun {
  /** Id of the node. */
  readonly node: string;
  readonly account: string;
  /** The form: either typed in by the author, or each field bound to an expression that came to this value. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly given: "literal" | "expression";
  /** The same occasion is the same step carried out once more, as after a crash or for a message that came twice. */
  readonly occasion: string;
  /** Plain JSON: what the host needs to find the conversation again. */
  readonly conversation: unknown;
}

/** The way on that the flow took, with what it carries. */
export interface StepResult {
  readonly port: string;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code?: unknown; readonly fieldErrors?: unknown };
}

export interface RunningHost {
  /** Origin under which the public routes answer. */
  readonly origin: string;
  /** Ids of the nodes and events that an author can choose. */
  palette(): Promise<readonly string[]>;
  run(step: StepRun): Promise<StepResult>;
  /** As on a deploy or a shutdown: resolves once what was under way has ended and the folder is free. */
  stop(): Promise<void>;
  /** For hosts with `inactive`. */
  setActive?(account: string, isActive: boolean): Promise<void>;
  /** For hosts with `time`: makes everything due that is due within these milliseconds. */
  advance?(ms: number): void;
  /** For hosts with `time`: ids of the events that were given up. */
  parked?(): Promise<readonly string[]>;
  /** For hosts with `time`: sends an event once more. */
  redeliver?(eventId: string): Promise<void>;
}
