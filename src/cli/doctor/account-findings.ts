import type { Account, Tier } from "../../../schemas/account.ts";
import { environmentOf, tierWarning } from "../../accounts.ts";
import { testConnection } from "../../client/connection-test.ts";
import type { Gateway } from "../../client/gateway.ts";
import { createKyTransport } from "../../client/ky-transport.ts";
import { createGatewayTime } from "../../payments/gateway-time.ts";
import { idOfUrl } from "../../payments/payment-facts.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Validator } from "../../runtime/validation.ts";
import type { AccountHealth } from "../../store/rows.ts";
import type { Finding } from "./finding.ts";

export interface AccountFindingsOptions {
  readonly account: Account;
  readonly tier: Tier;
  readonly clock: Clock;
  readonly validator: Validator;
  /** What the ledger knows of the account; undefined for nothing, or where it cannot be read. */
  readonly health: AccountHealth | undefined;
  /** Whether the running owner of the ledger says that the private salt looks wrong; null where nobody can say. */
  readonly looksWrong: boolean | null;
}

/** The merchant that a reply of the gateway named; null where none did. */
type Seen = string | null;

/** How far apart the two clocks may be, in milliseconds. */
const largestGapMs = 60_000;

/** Asks the gateway about one account: a token and one or two short reads. Changes nothing and never rejects. */
export async function accountFindings(options: AccountFindingsOptions): Promise<readonly Finding[]> {
  const { account, clock, validator } = options;
  const time = createGatewayTime(clock);
  let seen: Seen = null;
  const report = await testConnection(
    account,
    {
      transport: time.watch(account.name, createKyTransport()),
      clock,
      fits: (schema, value) => validator.issues(schema, value).length === 0,
    },
    async (gateway) => {
      seen = await merchantOf(gateway);
    },
  );
  const offsetMs = time.isKnown(account.name) ? time.now(account.name) - clock.now() : null;
  const credentials: Finding = report.ok
    ? { check: "credentials", account: account.name, result: "ok", message: report.message }
    : {
        check: "credentials",
        account: account.name,
        result: "failed",
        message: report.message,
        remedy: report.remedy,
      };
  return [credentials, ...worldFindings(options, seen), saltFinding(options), clockFinding(account.name, offsetMs)];
}

async function merchantOf(gateway: Gateway): Promise<Seen> {
  const [payment] = (await gateway.listPayments({ page: 1, limit: 1 })).payments;
  const named = idOfUrl(payment?.seller);
  if (named !== null) return named;
  const [request] = (await gateway.listPaymentRequests({ page: 1, limit: 1 })).payment_requests;
  return idOfUrl(request?.user);
}

function worldFindings({ account, tier, health }: AccountFindingsOptions, seen: Seen): readonly Finding[] {
  const environment = environmentOf(account.baseUrl);
  const about = { check: "world", account: account.name } as const;
  const warning = tierWarning(tier, environment);
  const known = health?.account;
  const isSame = known?.environment === environment && known.clientId === account.clientId;
  const findings: Finding[] = [
    warning === null
      ? { ...about, result: "ok", message: `${environment}: base URL, client id and tier fit each other.` }
      : {
          ...about,
          result: "warning",
          message: warning,
          remedy: "Change tier, or use the account of the other world, if that is not what you want.",
        },
  ];
  if (known && !isSame) {
    findings.push({
      ...about,
      result: "warning",
      message: "The ledger knows this name with another client id or world.",
      remedy: "From the next start on, refunds and reads of its earlier links rest. If that is not meant, put it back.",
    });
  }
  if (isSame && known.merchant !== null && seen !== null && known.merchant !== seen) {
    findings.push({
      ...about,
      result: "failed",
      message: "The credentials belong to another merchant than the one whose payments are in the ledger.",
      remedy: "Put the earlier credentials back, or give this merchant an account name of its own.",
    });
  }
  return findings;
}

function saltFinding({ account, health, looksWrong }: AccountFindingsOptions): Finding {
  const about = { check: "salt", account: account.name } as const;
  if (!account.privateSalts?.length) {
    return {
      ...about,
      result: "warning",
      message: "There is no private salt: anybody who learns the callback URL can make Instamojo be asked.",
      remedy: "Add privateSalts. Payments are confirmed by reading in any case.",
    };
  }
  if (looksWrong) {
    return {
      ...about,
      result: "failed",
      message: "The private salt looks wrong: webhooks come with the right address and a signature that does not fit.",
      remedy: "Copy the private salt again from the Instamojo dashboard, from the world of this account.",
    };
  }
  const last = health?.lastMessageAt ?? null;
  if (looksWrong === null || last === null) {
    const why = last === null ? "No webhook has come yet" : "The servers that share the ledger show on their own page";
    return { ...about, result: "unknown", message: `A private salt is set. ${why} whether it fits.` };
  }
  const when = new Date(last).toISOString();
  return { ...about, result: "ok", message: `A private salt is set; the last message was taken at ${when}.` };
}

function clockFinding(account: string, offsetMs: number | null): Finding {
  const about = { check: "clock", account } as const;
  if (offsetMs === null) {
    return { ...about, result: "unknown", message: "Instamojo did not say what time it is." };
  }
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  if (Math.abs(offsetMs) <= largestGapMs) {
    return { ...about, result: "ok", message: `This clock and Instamojo's are ${seconds} s apart.` };
  }
  const direction = offsetMs > 0 ? "behind" : "ahead of";
  return {
    ...about,
    result: "failed",
    message: `This clock is ${seconds} s ${direction} Instamojo's.`,
    remedy: "Let the machine set its clock from the network (NTP).",
  };
}
