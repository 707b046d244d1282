import { Account, defaultMaxAccounts, liveBaseUrl, testBaseUrl, type Tier } from "../schemas/account.ts";
import type { EnvironmentName } from "../schemas/payment-fields.ts";
import { type FieldError, FlowError } from "./runtime/errors.ts";
import { checkInput, type Validator } from "./runtime/validation.ts";

/** The account rules, one set for all hosts. */

export { defaultMaxAccounts };

/** An account without its secrets. */
export interface AccountView {
  readonly name: string;
  readonly baseUrl: string;
  readonly environment: EnvironmentName;
  /** What does not fit between the tier and the world, or null. */
  readonly warning: string | null;
}

/** The world that a base URL names. Anything but the two official origins is a loopback address: the schema saw to it. */
export function environmentOf(baseUrl: string): EnvironmentName {
  switch (baseUrl.replace(/\/$/, "")) {
    case testBaseUrl:
      return "test";
    case liveBaseUrl:
      return "live";
    default:
      return "local";
  }
}

/** Says what does not fit between where the installation stands and the world of the account; null when it fits. */
export function tierWarning(tier: Tier, environment: EnvironmentName): string | null {
  if (tier === "live" && environment !== "live") return "A live installation uses an account that moves no real money.";
  if (tier !== "live" && environment === "live") return `A ${tier} installation uses an account that moves real money.`;
  return null;
}

/** Checks one account by itself: its fields, and that client id and base URL are of the same world. */
export function checkAccount(account: unknown, validator: Validator): readonly FieldError[] {
  const check = checkInput(Account, account, validator);
  if (!check.ok) return check.errors;
  const { baseUrl, clientId } = check.value as Account;
  const environment = environmentOf(baseUrl);
  const isTestId = clientId.startsWith("test_");
  if (environment === "live" && isTestId) {
    return [worldError("the one of the client id", `A client id that starts with test_ belongs to ${testBaseUrl}.`)];
  }
  if (environment === "test" && !isTestId) {
    return [worldError("the one of the client id", `A client id without test_ belongs to ${liveBaseUrl}.`)];
  }
  return [];
}

function worldError(rule: string, remedy: string): FieldError {
  return { field: "baseUrl", rule, message: `Instamojo base URL must be ${rule}.`, remedy };
}

/** Checks the accounts of an installation together: each by itself, unique names, not too many. */
export function checkAccounts(
  accounts: readonly Account[],
  validator: Validator,
  maxAccounts: number = defaultMaxAccounts,
): readonly FieldError[] {
  const errors = accounts.flatMap((account, index) =>
    checkAccount(account, validator).map((error) => ({ ...error, field: `accounts.${index}.${error.field}` })),
  );
  const names = new Set<string>();
  for (const [index, { name }] of accounts.entries()) {
    if (names.has(name)) {
      errors.push({
        field: `accounts.${index}.name`,
        rule: "unique",
        message: `Account name must be unique; ${name} is there twice.`,
        remedy: "Give each account a name of its own.",
      });
    }
    names.add(name);
  }
  if (accounts.length > maxAccounts) {
    errors.push({
      field: "accounts",
      rule: `at most ${maxAccounts}`,
      message: `There must be at most ${maxAccounts} accounts.`,
      remedy: "Take one out, or raise maxAccounts.",
    });
  }
  return errors;
}

/** Refuses to add or change accounts in the live tier, where they are only chosen. */
export function assertAccountsEditable(tier: Tier): void {
  if (tier !== "live") return;
  throw new FlowError("account_invalid", "Accounts cannot be added or changed in the live tier.", {
    remedy: "Add or change the account in development, sandbox or staging; live only chooses it.",
  });
}

/**
 * The account of that name, good to use: its fields without the blanks that copying adds. A name that is not there is an error, never another account; so is one that
 * breaks a rule, stands twice or beyond the limit.
 */
export function requireAccount(
  accounts: readonly Account[],
  name: string,
  validator: Validator,
  maxAccounts: number = defaultMaxAccounts,
): Account {
  const index = accounts.findIndex((account) => account.name === name);
  const account = accounts[index];
  if (!account) {
    const known = accounts.map((candidate) => candidate.name).join(", ") || "none";
    throw new FlowError("account_unknown", `There is no account named ${JSON.stringify(name)} here. Known: ${known}.`);
  }
  const errors = checkAccounts(accounts, validator, maxAccounts).filter(({ field }) =>
    field === "accounts" ? index >= maxAccounts : field.startsWith(`accounts.${index}.`),
  );
  const isTwice = accounts.filter((candidate) => candidate.name === name).length > 1;
  const canonical = checkInput(Account, account, validator);
  if (canonical.ok && errors.length === 0 && !isTwice) return canonical.value as Account;
  const message =
    errors.map((error) => error.message).join(" ") || `Account name must be unique; ${name} is there twice.`;
  throw new FlowError("account_invalid", message, errors[0] ? { remedy: errors[0].remedy } : {});
}
