import { liveBaseUrl, testBaseUrl } from "../../schemas/account.ts";
import { environmentOf } from "../accounts.ts";
import { localClientId, localClientSecret, localSalt } from "../simulator/index.ts";
import { PlaygroundError } from "./playground-error.ts";

/** Name of the account that the example bot uses. */
export const shopAccount = "shop";

/** What the account node of the example bot is filled with. */
export interface AccountChoice {
  readonly source: "local" | "environment";
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly privateSalt: string;
}

/**
 * The account of the example bot: from INSTAMOJO_CLIENT_ID and INSTAMOJO_CLIENT_SECRET (with INSTAMOJO_BASE_URL and
 * INSTAMOJO_PRIVATE_SALT, both optional) where they are set, else the one of the local Instamojo. Throws
 * {@link PlaygroundError} for half a pair and for anything that would move real money.
 */
export function chooseAccount(env: NodeJS.ProcessEnv, simulatorUrl: string): AccountChoice {
  const clientId = env.INSTAMOJO_CLIENT_ID?.trim() ?? "";
  const clientSecret = env.INSTAMOJO_CLIENT_SECRET?.trim() ?? "";
  if (clientId === "" && clientSecret === "") {
    return {
      source: "local",
      baseUrl: simulatorUrl,
      clientId: localClientId,
      clientSecret: localClientSecret,
      privateSalt: localSalt,
    };
  }
  if (clientId === "" || clientSecret === "") {
    const missing = clientId === "" ? "INSTAMOJO_CLIENT_ID" : "INSTAMOJO_CLIENT_SECRET";
    throw new PlaygroundError("account-invalid", `${missing} is missing: set both, or none for the local Instamojo.`);
  }
  const baseUrl = (env.INSTAMOJO_BASE_URL?.trim() || testBaseUrl).replace(/\/$/, "");
  refuseRealMoney(baseUrl, clientId);
  return {
    source: "environment",
    baseUrl,
    clientId,
    clientSecret,
    privateSalt: env.INSTAMOJO_PRIVATE_SALT?.trim() ?? "",
  };
}

function refuseRealMoney(baseUrl: string, clientId: string): void {
  if (environmentOf(baseUrl) === "live") {
    throw new PlaygroundError(
      "account-invalid",
      `INSTAMOJO_BASE_URL is ${liveBaseUrl}, where real money moves. The playground works with test accounts only: leave INSTAMOJO_BASE_URL out, or set it to ${testBaseUrl}.`,
    );
  }
  if (baseUrl !== testBaseUrl && !/^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/.test(baseUrl)) {
    throw new PlaygroundError(
      "account-invalid",
      `INSTAMOJO_BASE_URL must be ${testBaseUrl} or the address of a local Instamojo.`,
    );
  }
  if (baseUrl === testBaseUrl && !clientId.startsWith("test_")) {
    throw new PlaygroundError(
      "account-invalid",
      `INSTAMOJO_CLIENT_ID does not start with test_, so it is of a live account. The playground works with test accounts only: take the credentials from ${testBaseUrl}.`,
    );
  }
}

/**
 * The origin under which the gateway reaches the webhook route: INSTAMOJO_PUBLIC_URL where it is set; for the local
 * Instamojo the playground's own address; else none, and payments are found by asking.
 */
export function choosePublicUrl(env: NodeJS.ProcessEnv, account: AccountChoice, localUrl: string): string | undefined {
  const text = env.INSTAMOJO_PUBLIC_URL?.trim() ?? "";
  if (text === "") return account.source === "local" ? localUrl : undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.origin !== text.replace(/\/$/, "") || !/^https?:$/.test(url.protocol)) {
    throw new PlaygroundError(
      "account-invalid",
      "INSTAMOJO_PUBLIC_URL must be an origin and nothing more, like https://bot.example.com.",
    );
  }
  return url.origin;
}
