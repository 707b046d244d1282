import type { ServerResponse } from "node:http";
import type { HandlerResponse } from "../../runtime/host.ts";
import type { FlowHost } from "./flow-host.ts";
import { readRawBody } from "./read-raw-body.ts";
import type { RouteRequest } from "./red.ts";

/** The routes of the manifest that must be reachable from outside, under Node-RED's node root. */
export function registerPublicRoutes(host: FlowHost): void {
  for (const { method, path } of host.manifest.routes) {
    const pattern = path.replace(/\{([a-z]+)\}/g, ":$1");
    const handler = (request: RouteRequest, response: ServerResponse) => {
      answer(host, request)
        .catch((): HandlerResponse => unavailable)
        .then((result) => send(response, result))
        .catch(() => response.destroy());
    };
    if (method === "POST") host.red.httpNode.post(pattern, handler);
    else host.red.httpNode.get(pattern, handler);
  }
}

const unavailable = text(503, "Unavailable", { "retry-after": "30" });

async function answer(host: FlowHost, request: RouteRequest): Promise<HandlerResponse> {
  const body = request.method === "POST" ? await readRawBody(request) : { text: "" };
  const refusal = "refused" in body ? refusals[body.refused] : null;
  const plugin = await host.plugin();
  const answered = plugin?.receive({
    method: request.method ?? "",
    // Express leaves out what the node root adds, so this is the path that the plugin gave out.
    path: request.url ?? "",
    headers: headersOf(request),
    body: "text" in body ? body.text : "",
    ...(refusal ? { refusal } : {}),
  });
  if ("refused" in body) return text(body.refused, "Refused", { connection: "close" });
  return (await answered) ?? unavailable;
}

const refusals = { 400: "not-utf8", 408: "too-slow", 413: "too-large" } as const;

function headersOf({ headers }: RouteRequest): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}

function send(response: ServerResponse, { status, headers, body }: HandlerResponse): void {
  response.writeHead(status, { ...headers });
  response.end(body);
}

function text(status: number, body: string, headers: Record<string, string>): HandlerResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body };
}
