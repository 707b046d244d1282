import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { isForwarded } from "../../runtime/forwarded.ts";

/** From where a request may be meant to come: this machine, a name that was allowed, or anywhere else. */
export type Whereabouts = "local" | "allowed" | "outside";

const loopbackName = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?$/;

export interface HostRules {
  /** Names, with their port where one is shown, under which the API answers besides the loopback ones. */
  readonly allowedHosts?: readonly string[];
  /** Address it listens on: a call to that very address is meant for it. */
  readonly address: string;
}

/**
 * Reads where a request was sent to. A page that points its own name here sends that name as `Host`, so only names that
 * are ours by nature or by configuration reach more than the public routes.
 */
export function createWhereabouts({
  allowedHosts = [],
  address,
}: HostRules): (headers: IncomingHttpHeaders) => Whereabouts {
  const isAny = address === "0.0.0.0" || /^[0:]+$/.test(address);
  const own = isIP(address) === 6 ? `[${address}]` : address;
  const isAllowed = (host: string) =>
    allowedHosts.includes(host) ||
    allowedHosts.includes(host.replace(/:[0-9]+$/, "")) ||
    (!isAny && bare(host) === own);
  return (headers) => {
    const host = headers.host?.toLowerCase() ?? "";
    if (loopbackName.test(host) && !isForwarded(headers)) return "local";
    return isAllowed(host) && !loopbackName.test(host) ? "allowed" : "outside";
  };
}

function bare(host: string): string {
  return host.replace(/:[0-9]+$/, "");
}

/** Whether a browser says that a page of this very origin asks. Programs without an origin have no login to misuse. */
export function isOwnPage({ origin, host, "sec-fetch-site": site }: IncomingHttpHeaders): boolean {
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase());
}
