import { type Call, type Desk, json, type SimulatorResponse } from "../exchange.ts";
import { newToken } from "../identifiers.ts";
import type { Merchant } from "../settings.ts";
import type { MerchantData, StoredToken } from "../state.ts";

/** Seconds a token lives. */
export const tokenLifeSeconds = 36_000;

/**
 * `POST /oauth2/token/`. An `Authorization` header is ignored (the official PHP SDK sends an empty one), and so is
 * `scopes`; `scope` is echoed.
 */
export function createToken(desk: Desk, call: Call): SimulatorResponse {
  const text = (key: string): string => {
    const value = call.fields.get(key);
    return typeof value === "string" ? value : "";
  };
  const grant = text("grant_type");
  if (!["client_credentials", "password", "refresh_token"].includes(grant)) {
    return json(400, { error: "unsupported_grant_type" });
  }
  const account = findAccount(desk, text("client_id"), text("client_secret"));
  const merchant = account && desk.state.merchants.get(account.clientId);
  if (merchant === undefined) return json(401, { error: "invalid_client" });
  const isUserBased = grant !== "client_credentials";
  if (grant === "password" && (text("username") !== merchant.username || text("password") === "")) {
    return json(401, { error: "invalid_grant" });
  }
  if (grant === "refresh_token" && !takeRefresh(merchant, text("refresh_token"))) {
    return json(401, { error: "invalid_grant" });
  }
  const token = issueToken(desk, merchant, isUserBased);
  return json(200, {
    access_token: token.value,
    token_type: "Bearer",
    expires_in: tokenLifeSeconds,
    ...(token.refreshValue === null ? {} : { refresh_token: token.refreshValue }),
    scope: text("scope") || "read write",
  });
}

/** Test and live are separate worlds: an id of the other one is as unknown as any wrong one. */
function findAccount(desk: Desk, clientId: string, clientSecret: string): Merchant | undefined {
  if (clientId.startsWith("test_") !== (desk.settings.world === "test")) return undefined;
  return desk.settings.merchants.find(
    (account) => account.clientId === clientId && account.clientSecret === clientSecret && clientSecret !== "",
  );
}

function takeRefresh(merchant: MerchantData, value: string): boolean {
  const token = merchant.tokens.find((each) => each.refreshValue !== null && each.refreshValue === value);
  if (token !== undefined) token.refreshValue = null;
  return token !== undefined;
}

function issueToken(desk: Desk, merchant: MerchantData, withRefresh: boolean): StoredToken {
  const { newTokenRevokesEarlier, tokenStyle } = desk.settings.switches;
  const token: StoredToken = {
    value: newToken(tokenStyle),
    refreshValue: withRefresh ? newToken("short") : null,
    expiresAt: desk.now + tokenLifeSeconds * 1000,
  };
  const kept = newTokenRevokesEarlier
    ? []
    : merchant.tokens.filter((each) => each.expiresAt > desk.now || each.refreshValue !== null);
  merchant.tokens = [...kept, token];
  return token;
}
