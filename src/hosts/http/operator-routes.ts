import cookie from "@fastify/cookie";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../../operator/operator.ts";
import { pageFile, pageFileNames } from "../../operator/page-files.ts";
import type { Plugin } from "../../plugin.ts";
import { type ApiCaller, requireScope } from "./api-keys.ts";
import { sendHandled, strangersPerMinute } from "./app.ts";
import { nameTaker } from "./deliver/event-target.ts";
import { ApiError } from "./http-error.ts";
import { createSessions, sessionMs } from "./sessions.ts";
import { isOwnPage } from "./who-asks.ts";

const cookieName = "instamojo_session";
/** Attempts to sign in from one address in a minute. */
const signInsPerMinute = 10;
/** Calls of one person who is signed in, in a minute: several open pages that look every few seconds. */
const callsPerPersonAndMinute = 600;

export interface OperatorRoutesOptions {
  readonly plugin: Plugin;
  callerOf(key: string): ApiCaller | null;
}

/**
 * The operator page at the root and what it asks for under `api/`. Signing in trades an API key for a session that no
 * script can read and no other site can use. A session is good for nothing but these routes, where no refund is made.
 */
export async function registerOperatorRoutes(
  app: FastifyInstance,
  { plugin, callerOf }: OperatorRoutesOptions,
): Promise<void> {
  await app.register(cookie);
  const sessions = createSessions();
  app.get("/", async (_request, reply) => sendHandled(reply, pageFile("index.html")));
  for (const name of pageFileNames) app.get(`/${name}`, async (_request, reply) => sendHandled(reply, pageFile(name)));

  const signIn = {
    config: { rateLimit: { max: signInsPerMinute, keyGenerator: ({ ip }: FastifyRequest) => `sign-in ${ip}` } },
  };
  app.post("/api/session", signIn, async (request, reply) => {
    requireOwnPage(request);
    const caller = callerOf(keyIn(request.body));
    if (!caller)
      throw new ApiError("unauthorized", "This is no key of this installation.", { remedy: "Copy it again." });
    if (!caller.scopes.includes("operate")) requireScope(caller, "read");
    if (caller.accounts) {
      throw new ApiError("account_forbidden", "This key is for some accounts only; the page shows all.", {
        remedy: "Sign in with a key for all accounts.",
      });
    }
    setCookie(request, reply, sessions.open(caller), sessionMs / 1000);
    return { user: caller.id };
  });
  app.delete("/api/session", async (request, reply) => {
    requireOwnPage(request);
    sessions.close(request.cookies[cookieName]);
    setCookie(request, reply, "", 0);
    return { user: null };
  });

  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    requireOwnPage(request);
    const session = sessions.find(request.cookies[cookieName]);
    if (!session) return reply.code(401).send({ message: "Sign in first.", remedy: "", isSignedOut: true });
    const body = (request.body ?? {}) as Record<string, unknown>;
    if (typeof body !== "object" || Array.isArray(body)) throw new ApiError("malformed", "The body must be an object.");
    const answer = await plugin.operator.handle(
      { method: request.method, path: pathOf(request), body },
      person(session),
    );
    return sendHandled(reply, answer);
  };
  // Behind a proxy everybody comes from one address; who is signed in has a count of their own.
  const sessionOf = ({ cookies }: FastifyRequest) => sessions.find(cookies[cookieName]);
  const rateLimit = {
    max: (request: FastifyRequest) => (sessionOf(request) ? callsPerPersonAndMinute : strangersPerMinute),
    keyGenerator(request: FastifyRequest) {
      const person = sessionOf(request);
      return person ? `person ${person.id}` : `address ${request.ip}`;
    },
  };
  for (const url of ["/api/:name", "/api/:name/:id"])
    app.route({ method: ["GET", "POST"], url, config: { rateLimit }, handler });
}

function person({ id, scopes }: ApiCaller): Caller {
  const mayOperate = scopes.includes("operate");
  return { name: id, mayWrite: mayOperate, mayUnmask: mayOperate, canSignOut: true, nameTaker };
}

/** The path below the operator's root; what is masked is asked for by a name of its own. */
function pathOf({ params, url }: FastifyRequest): string {
  const { name = "", id } = params as { readonly name?: string; readonly id?: string };
  const query = new URLSearchParams(url.split("?")[1] ?? "");
  query.delete("unmask");
  if (name === "unmasked") return `payments/${encodeURIComponent(id ?? "")}?unmask=1`;
  return `${encodeURIComponent(name)}${id === undefined ? "" : `/${encodeURIComponent(id)}`}?${query}`;
}

/** Besides the cookie's own SameSite: a request that another page makes a browser send is refused. */
function requireOwnPage({ headers, method }: FastifyRequest): void {
  const isSaid = headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
  if (isOwnPage(headers) && (method === "GET" || isSaid)) return;
  throw new ApiError("other_page", "Another page may not do this.");
}

function keyIn(body: unknown): string {
  const key = typeof body === "object" && body !== null ? (body as { key?: unknown }).key : undefined;
  return typeof key === "string" ? key.trim().slice(0, 512) : "";
}

function setCookie({ headers }: FastifyRequest, reply: FastifyReply, value: string, maxAge: number): void {
  reply.setCookie(cookieName, value, {
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    // Behind TLS the page's origin says so; a plain one on loopback could not keep a secure cookie everywhere.
    secure: headers.origin?.startsWith("https:") === true,
    maxAge,
  });
}
