import type { ServerResponse } from "node:http";
import type { Caller } from "../../operator/operator.ts";
import { pageFile, pageFileNames } from "../../operator/page-files.ts";
import type { HandlerResponse } from "../../runtime/host.ts";
import type { FlowHost } from "./flow-host.ts";
import { readJsonBody } from "./read-json-body.ts";
import type { RouteHandler, RouteRequest } from "./red.ts";
import { holdsPermission, isFromHere, mayAct } from "./rights.ts";

const root = "/instamojo/operator";

/**
 * The operator page and what it asks for, on the admin side. The page itself says nothing of any payment; everything
 * else needs a permission: `instamojo.read` (also for the numbers under `metrics`, for Prometheus), `instamojo.write`, and
 * `instamojo.unmask` for names, mails and phones.
 */
export function registerOperatorRoutes(host: FlowHost): void {
  const { httpAdmin, auth } = host.red;
  const mayRead = auth.needsPermission("instamojo.read");
  const mayWrite = auth.needsPermission("instamojo.write");
  const mayUnmask = auth.needsPermission("instamojo.unmask");
  const page: RouteHandler = (request, response) => {
    const [path = ""] = (request.originalUrl ?? request.url ?? "").split("?");
    if (path.endsWith("/")) send(response, pageFile("index.html"));
    // What the page loads stands beside it.
    else response.writeHead(302, { location: `${path.slice(path.lastIndexOf("/") + 1)}/` }).end();
  };
  httpAdmin.get(root, page);
  for (const name of pageFileNames) {
    const file: RouteHandler = (_request, response) => send(response, pageFile(name));
    httpAdmin.get(`${root}/${name}`, file);
  }
  const handler: RouteHandler = (request, response) => {
    answer(host, request)
      .catch(() => message(503, "The ledger cannot be opened.", "Look into the log of Node-RED."))
      .then((result) => send(response, result))
      .catch(() => response.destroy());
  };
  const metrics: RouteHandler = (_request, response) => {
    host
      .metrics()
      .then(async ({ text, contentType }) => ({
        status: 200,
        headers: { "content-type": contentType, "cache-control": "no-store" },
        body: await text(),
      }))
      .then((result) => send(response, result))
      .catch(() => response.destroy());
  };
  httpAdmin.get(`${root}/metrics`, mayRead, metrics);
  httpAdmin.get(`${root}/api/unmasked/:id`, mayUnmask, handler);
  for (const path of [`${root}/api/:name`, `${root}/api/:name/:id`]) {
    httpAdmin.get(path, mayRead, handler);
    httpAdmin.post(path, mayWrite, handler);
  }
}

async function answer(host: FlowHost, request: RouteRequest): Promise<HandlerResponse> {
  if (!isFromHere(request)) return message(403, "Another page may not do this.", "Open the page itself.");
  const plugin = await host.plugin();
  if (!plugin) return message(503, "The flows are stopped.", "Deploy first.");
  const method = request.method ?? "";
  const body = method === "POST" ? await readJsonBody(request) : {};
  return plugin.operator.handle({ method, path: pathOf(request), body }, callerOf(host, request));
}

/** The path below the operator's root. Only the unmasked route may ask for what is masked. */
function pathOf({ params, url = "" }: RouteRequest): string {
  const [, query = ""] = url.split("?");
  if (params["name"] === undefined) return `payments/${encodeURIComponent(params["id"] ?? "")}?unmask=1`;
  const search = new URLSearchParams(query);
  search.delete("unmask");
  const id = params["id"] === undefined ? "" : `/${encodeURIComponent(params["id"])}`;
  return `${encodeURIComponent(params["name"])}${id}?${search}`;
}

/** The routes ask Node-RED itself; here the page learns which buttons to leave out. */
function callerOf(host: FlowHost, request: RouteRequest): Caller {
  const { user } = request;
  const isAllowed = mayAct(host);
  return {
    name: user && user.anonymous !== true ? (user.username ?? null) : null,
    mayWrite: isAllowed && holdsPermission(request, "instamojo.write"),
    mayUnmask: isAllowed && holdsPermission(request, "instamojo.unmask"),
    nameTaker: (id) => nameOf(host.red.nodes.getNode(id)) ?? id,
  };
}

function nameOf(node: { readonly name?: string; readonly type: string } | null): string | undefined {
  return node ? node.name || "the Payment status node" : undefined;
}

function message(status: number, text: string, remedy: string): HandlerResponse {
  const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  return { status, headers, body: JSON.stringify({ message: text, remedy }) };
}

function send(response: ServerResponse, { status, headers, body }: HandlerResponse): void {
  response.writeHead(status, { ...headers });
  response.end(body);
}
