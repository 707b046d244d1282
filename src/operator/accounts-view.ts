import type { EnvironmentName } from "../../schemas/payment-fields.ts";
import { environmentOf, tierWarning } from "../accounts.ts";
import { callbackUrl } from "../payments/callbacks.ts";
import type { Payments } from "../payments/payments.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { Host } from "../runtime/host.ts";
import type { AccountHealth } from "../store/rows.ts";

/** One account and how it is doing. */
export interface AccountLine {
  readonly name: string;
  readonly environment: EnvironmentName;
  readonly baseUrl: string;
  readonly isActive: boolean;
  /** Where Instamojo reports payments, its secret left out; null without a public URL. */
  readonly callbackUrl: string | null;
  /** When Instamojo last answered a call since the start, or null. */
  readonly lastReplyAt: number | null;
  readonly lastMessageAt: number | null;
  readonly waitingMessages: number;
  readonly heldMessages: number;
  /** What is wrong, each with its remedy; empty when all is well. */
  readonly problems: readonly { readonly message: string; readonly remedy: string }[];
}

export interface AccountsViewOptions {
  readonly host: Pick<Host, "accounts" | "publicUrl" | "tier" | "store">;
  readonly payments: Pick<Payments, "sessions" | "gatewayRecord" | "saltAlarm">;
}

export async function accountLines({ host, payments }: AccountsViewOptions): Promise<readonly AccountLine[]> {
  const accounts = host.accounts();
  const faults = new Map<string, { message: string; remedy: string }>();
  // Opening gives an account that was never used its callback token.
  for (const { name } of accounts) {
    await payments.sessions.open(name).catch((thrown: unknown) => {
      if (!isFlowError(thrown)) throw thrown;
      faults.set(name, { message: thrown.message, remedy: thrown.remedy });
    });
  }
  const health = new Map((await host.store.health()).map((row) => [row.account.name, row]));
  return accounts.map((account): AccountLine => {
    const { name, baseUrl } = account;
    const environment = environmentOf(baseUrl);
    const known = health.get(name);
    const { lastReplyAt, fault } = payments.gatewayRecord(name);
    const warning = tierWarning(host.tier, environment);
    const problems = [
      faults.get(name),
      fault && { message: fault.message, remedy: fault.remedy },
      warning === null ? null : { message: warning, remedy: "" },
      payments.saltAlarm.looksWrong(account) ? saltProblem : null,
      known && known.heldMessages > 0 ? heldProblem(known) : null,
    ];
    return {
      name,
      environment,
      baseUrl,
      isActive: known?.account.isActive ?? true,
      callbackUrl: host.publicUrl === undefined ? null : callbackUrlOf(host.publicUrl, name, "…"),
      lastReplyAt,
      lastMessageAt: known?.lastMessageAt ?? null,
      waitingMessages: known?.waitingMessages ?? 0,
      heldMessages: known?.heldMessages ?? 0,
      problems: problems.filter((problem) => !!problem),
    };
  });
}

/** Where Instamojo reports payments of an account, for its dashboard. Holds the secret token. */
export function callbackUrlOf(publicUrl: string, account: string, token: string): string {
  const url = callbackUrl(publicUrl, account, token, "");
  return url.slice(0, url.indexOf("&op="));
}

const saltProblem = {
  message: "The private salt looks wrong: webhooks come with the right address and a signature that does not fit.",
  remedy: "Copy the private salt again from the Instamojo dashboard, from the world of this account.",
};

function heldProblem({ heldMessages }: AccountHealth) {
  const message = `${heldMessages} ${heldMessages === 1 ? "message waits" : "messages wait"} for a decision.`;
  return { message, remedy: "See what waits for you." };
}
