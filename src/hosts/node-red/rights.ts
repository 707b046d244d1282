import { environmentOf } from "../../accounts.ts";
import type { FlowHost } from "./flow-host.ts";
import type { RouteRequest } from "./red.ts";

/**
 * Whether who calls an admin route may change what moves real money, and see people. Where nobody logs in, a live account
 * is only shown, and people stay masked.
 */
export function mayAct({ red, accounts }: Pick<FlowHost, "red" | "accounts">): boolean {
  return Boolean(red.settings.adminAuth) || !accounts.list().some(({ baseUrl }) => environmentOf(baseUrl) === "live");
}

/** A browser says which page asks; a program that says nothing has no login of somebody else to misuse. */
export function isFromHere({ headers }: RouteRequest): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const { origin, host } = headers;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

/** Whether the login of a request has a permission, by the rules of Node-RED; so it is where nobody logs in. */
export function holdsPermission({ authInfo }: Pick<RouteRequest, "authInfo">, permission: string): boolean {
  return authInfo === undefined || covers(authInfo.scope, permission);
}

function covers(scope: unknown, permission: string): boolean {
  if (Array.isArray(scope)) return scope.some((one) => covers(one, permission));
  if (scope === "*" || scope === permission) return true;
  const [, action] = permission.split(".");
  return (action === "read" || action === "write") && (scope === action || scope === `*.${action}`);
}
