import type { Account } from "../../schemas/account.ts";
import type { EnvironmentName } from "../../schemas/payment-fields.ts";
import { environmentOf, requireAccount } from "../accounts.ts";
import { createGateway, type Gateway, type GatewayOptions } from "../client/gateway.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Coordination } from "../runtime/coordination.ts";
import type { Host } from "../runtime/host.ts";
import type { ReadLane } from "../runtime/read-limits.ts";
import type { Validator } from "../runtime/validation.ts";
import type { AccountRow, RequestRow } from "../store/rows.ts";
import type { AccountIdentity } from "../store/store.ts";
import { digest, newCallbackToken } from "./callbacks.ts";
import type { GatewayTime } from "./gateway-time.ts";
import type { ReadBudgets } from "./read-budget.ts";
import type { GatewayWatch } from "./gateway-watch.ts";
import { sharedToken } from "./shared-token.ts";

/** An account that can be used now: its credentials, its row in the ledger and a client for it. */
export interface Session {
  readonly account: Account;
  readonly environment: EnvironmentName;
  readonly row: AccountRow;
  readonly gateway: Gateway;
}

/** Credentials are resolved here and nowhere else: by name, never another account's. */
export interface Sessions {
  /** @throws {FlowError} `account_unknown`, `account_invalid`, `store_unavailable` */
  open(name: string): Promise<Session>;
  /**
   * The session that a stored row belongs to. `absent`: no such account now, it may come back. `superseded`: the name
   * stands for another merchant or world since.
   */
  ofRow(
    row: Pick<RequestRow, "account" | "environment"> & { readonly generation?: number },
  ): Promise<Session | "absent" | "superseded">;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly host: Pick<Host, "accounts" | "store" | "maxAccounts">;
  readonly validator: Validator;
  /** Makes the options of a new client; each client closes its own transport. */
  readonly gatewayOptions: () => GatewayOptions;
  readonly clock: Clock;
  /** Learns the gateway's time from its replies. */
  readonly gatewayTime?: Pick<GatewayTime, "watch">;
  /** Told of the row of every account that is opened. */
  readonly onAccount?: (row: AccountRow) => void;
  /** Remembers how calls went, where somebody wants to know. */
  readonly watch?: GatewayWatch;
  /** Where several processes use the accounts. */
  readonly coordination?: Coordination | undefined;
}

/**
 * How long the row of an account is believed, in milliseconds. What matters of it changes with the client id and the world
 * alone, which are looked at every time; so a busy flow is spared a question to the ledger with every run.
 */
const rowLifeMs = 1_000;

export function createSessions(options: SessionOptions): Sessions {
  const { host, validator, gatewayOptions, clock, gatewayTime, watch, coordination } = options;
  const rows = new Map<string, { readonly row: AccountRow; readonly readAt: number }>();
  const gateways = new Map<string, { readonly fingerprint: string; readonly gateway: Gateway }>();

  /** One client per account; changed credentials get a new one, so that no token outlives them. */
  function gatewayOf(account: Account): Gateway {
    const fingerprint = digest(account.baseUrl, account.clientId, account.clientSecret);
    const known = gateways.get(account.name);
    if (known?.fingerprint === fingerprint) return known.gateway;
    void known?.gateway.close();
    const given = gatewayOptions();
    const transport = gatewayTime?.watch(account.name, given.transport) ?? given.transport;
    const shareToken = coordination && sharedToken(account, coordination);
    const made = createGateway(account, { ...given, transport, shareToken });
    const gateway = watch?.watch(account.name, made) ?? made;
    gateways.set(account.name, { fingerprint, gateway });
    return gateway;
  }

  async function rowOf(identity: AccountIdentity): Promise<AccountRow> {
    const { name, environment, clientId } = identity;
    const known = rows.get(name);
    const age = clock.now() - (known?.readAt ?? Number.NEGATIVE_INFINITY);
    const isSame = known?.row.environment === environment && known.row.clientId === clientId;
    if (known && isSame && age >= 0 && age < rowLifeMs) return known.row;
    const row = await host.store.openAccount(identity, newCallbackToken());
    rows.set(name, { row, readAt: clock.now() });
    options.onAccount?.(row);
    return row;
  }

  async function open(name: string): Promise<Session> {
    const account = requireAccount(host.accounts(), name, validator, host.maxAccounts);
    const environment = environmentOf(account.baseUrl);
    const row = await rowOf({ name, environment, clientId: account.clientId });
    return { account, environment, row, gateway: gatewayOf(account) };
  }

  return {
    open,
    async ofRow(row) {
      if (!host.accounts().some((account) => account.name === row.account)) return "absent";
      const session = await open(row.account);
      if (session.environment !== row.environment) return "superseded";
      return row.generation === undefined || row.generation === session.row.generation ? session : "superseded";
    },
    async close() {
      await Promise.all([...gateways.values()].map(({ gateway }) => gateway.close()));
      gateways.clear();
    },
  };
}

/** The same sessions for one kind of reader: their gateway keeps to the budget of its lane. */
export function sessionsInLane(sessions: Sessions, budgets: ReadBudgets, lane: ReadLane): Sessions {
  const inLane = (session: Session): Session => ({
    ...session,
    gateway: budgets.gateway(session.account.name, lane, session.gateway),
  });
  return {
    open: async (name) => inLane(await sessions.open(name)),
    async ofRow(row) {
      const session = await sessions.ofRow(row);
      return typeof session === "string" ? session : inLane(session);
    },
    close: () => sessions.close(),
  };
}
