import type { IncomingMessage } from "node:http";
import { isForwarded } from "../runtime/forwarded.ts";

/** What is asked of the gate: the parts of a request that say who asks, and for what. */
export interface Knock {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly isUpgrade?: boolean;
}

export type Verdict =
  | { readonly isOpen: true }
  | { readonly isOpen: false; readonly status: 403 | 404; readonly text: string };

export interface GateOptions {
  readonly port: number;
  /** Origin of the tunnel or proxy, where there is one. A loopback one, for the local Instamojo, opens nothing. */
  readonly publicUrl?: string | undefined;
}

const open: Verdict = { isOpen: true };
const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

const webhookPath = /^\/integrations\/instamojo\/[a-z0-9_]+$/;
const returnPath = /^\/integrations\/instamojo\/[a-z0-9_]+\/return$/;

/**
 * Says who may pass to the canvas, the chat and the payment routes. From outside only the webhook (POST) and the return
 * page (GET) are there. From this machine everything is, under its loopback names (which keeps out pages that point
 * their own name here) and for pages of this origin (which keeps out requests that another page sends).
 */
export function createGate({ port, publicUrl }: GateOptions): (knock: Knock) => Verdict {
  const localHosts = loopbackNames.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
  const localOrigins = loopbackNames.map((name) => new URL(`http://${name}:${port}`).origin);
  const namedHost = publicUrl === undefined ? undefined : new URL(publicUrl).host;
  const publicHost = namedHost !== undefined && localHosts.includes(namedHost) ? undefined : namedHost;

  return ({ method, url, headers, isUpgrade = false }) => {
    const host = headers.host?.toLowerCase() ?? "";
    const isPassedOn = isForwarded(headers);
    if (localHosts.includes(host) && !isPassedOn) {
      const isChange = isUpgrade || !["GET", "HEAD", "OPTIONS"].includes(method);
      if (!isChange) return open;
      const { origin } = headers;
      if (origin === undefined ? headers["sec-fetch-site"] !== "cross-site" : localOrigins.includes(origin))
        return open;
      return refuse(403, "Another page may not do this. Open the playground itself.");
    }
    if (host !== publicHost && !(isPassedOn && publicHost !== undefined)) {
      return refuse(403, "The playground answers on its own machine only, by the address it printed.");
    }
    return isPublicRoute(method, url) && !isUpgrade ? open : refuse(404, "There is nothing here.");
  };
}

function isPublicRoute(method: string, url: string): boolean {
  const path = url.split("?", 1)[0] as string;
  return method === "POST" ? webhookPath.test(path) : ["GET", "HEAD"].includes(method) && returnPath.test(path);
}

function refuse(status: 403 | 404, text: string): Verdict {
  return { isOpen: false, status, text };
}
