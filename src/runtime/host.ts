import type { Account, Tier } from "../../schemas/account.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { Transport, TransportTimeouts } from "../client/transport.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";
import type { ReadLimits } from "./read-limits.ts";
import type { Metrics } from "./metrics.ts";
import type { Validator } from "./validation.ts";

/** What a flow engine gives. Everything here is asked for when needed, so accounts may come and go while it runs. */
export interface Host {
  readonly tier: Tier;
  /** The accounts in the order of adding. */
  accounts(): readonly Account[];
  /** The durable ledger. The plugin closes it. */
  readonly store: Store;
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
}

export interface HandlerResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
