import type { Account, Tier } from "../../schemas/account.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { Transport, TransportTimeouts } from "../client/transport.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import type { Coordination, Role } from "./coordination.ts";
import type { ConversationLimits } from "./conversation-limits.ts";
import type { Logger } from "./logger.ts";
import type { ReadLimits } from "./read-limits.ts";
import type { Metrics } from "./metrics.ts";
import type { WaitPort } from "./node-definition.ts";
import type { Validator } from "./validation.ts";

/** What a flow engine gives. Everything here is asked for when needed, so accounts may come and go while it runs. */
export interface Host {
  readonly tier: Tier;
  /** The accounts in the order of adding. */
  accounts(): readonly Account[];
  /** The durable ledger. The plugin closes it. */
  readonly store: Store;
  /** What the processes on this ledger share, where there may be several. The plugin closes it. */
  readonly coordination?: Coordination | undefined;
  /**
   * What this process does; `all` unless given. A receiver records messages, runs nodes and answers; a worker confirms,
   * delivers and reads by itself. Only with `coordination`: else nobody does the rest.
   */
  readonly role?: Role | undefined;
  /** The file of the ledger where it is one: other processes may then ask the plugin for what only its owner can do. */
  readonly ledgerFile?: string | undefined;
  readonly logger: Logger;
  /** Gets the numbers of what happens, where wanted. */
  readonly metrics?: Metrics | undefined;
  /** URL under which the gateway reaches the routes, path of their root included; absent: no webhook is asked for and links are polled. */
  readonly publicUrl?: string | undefined;
  /** URL under which the buyer's browser reaches the routes where there is no public one (a laptop's loopback). */
  readonly localUrl?: string | undefined;
  /** Further https origins that a typed status callback URL may name. */
  readonly callbackOrigins?: readonly string[] | undefined;
  readonly maxAccounts?: number | undefined;
  /** How many links, mails and SMS one conversation may get in a while, where the defaults do not fit. */
  readonly limits?: Partial<ConversationLimits> | undefined;
  /** How long names, mails, phones and conversations are kept after the last event of a payment; 180 days unless set. */
  readonly retentionDays?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Replaces ajv where code generation is forbidden. */
  readonly validator?: Validator | undefined;
  /** Replaces the built-in HTTP transport. */
  readonly transport?: Transport | undefined;
  /** How much may be read of the gateway for one account, by who asks: nodes, the watch over known links, hints. */
  readonly readLimits?: ReadLimits | undefined;
  /** How long a call to the gateway may take in each of its phases, where the defaults do not fit. */
  readonly timeouts?: Partial<TransportTimeouts> | undefined;
  /**
   * Lets a run wait, for days and over restarts: called once its link is made, before its output is given back. With
   * this and `resume` a host has the nodes that wait; without them they are not in its palette.
   */
  suspend?(wait: SuspendedRun): void;
  /**
   * Goes on with a run by one of its ports. Resolves once the run has gone on there; a rejection means: try again later.
   * At least once: after a crash between the hand-over and its mark the same event comes again. Only called for places
   * that are attended (`plugin.waits.attend`). `signal` is aborted when nobody waits for the answer any more.
   */
  resume?(run: ResumedRun, signal: AbortSignal): Promise<void>;
  /** Hears what happens to a run while it goes on waiting, to show it. Must not throw. */
  observeWait?(news: WaitNews): void;
}

/** Where a run waits, and what goes on with it. */
export interface WaitPlace {
  /** Stable over restarts: the node of the canvas that the run is in. */
  readonly place: string;
  /**
   * The message of the run. Its plain data is stored with the link: JSON, at most 64 kB, without functions and without
   * its `req` and `res`.
   */
  readonly message: Readonly<Record<string, unknown>>;
}

/** A run that waits from now on. */
export interface SuspendedRun extends WaitPlace {
  /** Names the run until it goes on. */
  readonly id: string;
}

/** A run that goes on. */
export interface ResumedRun {
  readonly id: string;
  readonly place: string;
  readonly port: WaitPort;
  readonly event: PaymentStatusEvent;
  /** The plain data of its message; null where none was handed over, or it was erased. */
  readonly message: Readonly<Record<string, unknown>> | null;
}

/** What happened to a run that goes on waiting. */
export interface WaitNews {
  readonly id: string;
  readonly place: string;
  /** `attempt-failed`: the customer may try again. `stays-open`: its time is up, but the gateway would not close the link. */
  readonly kind: "attempt-failed" | "stays-open";
}

/** One run of a node as a host asks for it. */
export interface RunRequest {
  /** Name of the account. */
  readonly account: string;
  /** Form values: literals or evaluated expressions. Fields left blank in the form are left out. */
  readonly input: Record<string, unknown>;
  /** What makes a repeat a repeat where the author gave no reference. Without it each run is its own operation. */
  readonly key?: string | undefined;
  /** Plain JSON, at most 4 kB; handed back unchanged with every event of the link. */
  readonly correlation?: unknown;
  /** Where the run waits; only for nodes that wait. Without it: in a place named like the node, with no message. */
  readonly wait?: WaitPlace | undefined;
}

/** One stable receiver of events. */
export interface Taker {
  /** Stable over restarts: what was delivered to it is remembered under this id. */
  readonly id: string;
  /** Names of accounts to listen to; empty or absent: all. */
  readonly accounts?: readonly string[];
  /** Statuses to listen to; absent: the ones that are on by default. */
  readonly statuses?: readonly string[];
  /** Whether to hear of refunds that were requested, denied or withdrawn: status Completed with a reason. Off by default. */
  readonly refundUpdates?: boolean;
  /** How long one delivery may take before it counts as failed and is tried again; 30 s unless given. */
  readonly timeoutMs?: number;
  /** How many deliveries may be under way at once, each of another payment request; 32 unless given. */
  readonly width?: number;
  /**
   * Resolves once the event is taken. A rejection means: try again later. `signal` is aborted when nobody waits for the
   * answer any more.
   */
  deliver(event: PaymentStatusEvent, signal: AbortSignal): Promise<void>;
}

/** An HTTP request without its transport. Header names are lower case; `path` includes the query. */
export interface HandlerRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Why a wrapper refused the body by itself, to be counted; `body` is empty then. */
  readonly refusal?: BodyRefusal;
}

/** More than 64 kB, not in within ten seconds, or bytes that are no UTF-8. */
export type BodyRefusal = "too-large" | "too-slow" | "not-utf8";

export interface HandlerResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
