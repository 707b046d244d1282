import type { Account } from "../../../schemas/account.ts";
import { liveBaseUrl, testBaseUrl } from "../../../schemas/account.ts";
import { checkAccount } from "../../accounts.ts";
import { FlowError } from "../../runtime/errors.ts";
import { validator } from "./validator.ts";

/** What the credential *Instamojo API* holds. */
export interface InstamojoCredential {
  readonly world: "test" | "live" | "local";
  /** Only for the world `local`. */
  readonly baseUrl?: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly privateSalt?: string;
  /** Address of an Instamojo trigger; put into every link whose own field is empty. */
  readonly triggerUrl?: string;
}

/**
 * The account that a credential stands for, under the credential's own name.
 * @throws {FlowError} `account_invalid` when it breaks one of the account rules
 */
export function accountOf(credential: InstamojoCredential, credentialName: string): Account {
  const account: Account = {
    name: accountName(credentialName),
    baseUrl: baseUrlOf(credential),
    clientId: credential.clientId.trim(),
    clientSecret: credential.clientSecret.trim(),
  };
  const [error] = checkAccount(account, validator);
  if (error) throw new FlowError("account_invalid", error.message, { remedy: error.remedy });
  return account;
}

function baseUrlOf({ world, baseUrl }: InstamojoCredential): string {
  if (world === "live") return liveBaseUrl;
  return world === "local" ? (baseUrl ?? "").trim().replace(/\/$/, "") : testBaseUrl;
}

/** "Instamojo account 2" → "instamojo_account_2": names of accounts are lowercase letters, digits and underscores. */
function accountName(credentialName: string): string {
  const name = credentialName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 64);
  return name === "" ? "instamojo" : name;
}
