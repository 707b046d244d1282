import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ServerResponse } from "node:http";
import { type PaymentStatus, paymentStatuses } from "../../../schemas/payment-fields.ts";
import { defaultMaxAccounts } from "../../accounts.ts";
import { isFlowError } from "../../runtime/errors.ts";
import { accountOf } from "./account-node.ts";
import type { EventNodes } from "./event-node.ts";
import type { FlowHost } from "./flow-host.ts";
import { readJsonBody } from "./read-json-body.ts";
import type { RouteHandler, RouteRequest } from "./red.ts";

/** What Node-RED sends back and forth instead of a stored secret. */
const unchangedSecret = "__PWRD__";

/** The routes behind the buttons of the editor. They stand on the admin side and ask for a permission. */
export function registerAdminRoutes(host: FlowHost, events: EventNodes): void {
  const { httpAdmin, auth } = host.red;
  const mayRead = auth.needsPermission("instamojo.read");
  const mayWrite = auth.needsPermission("instamojo.write");
  httpAdmin.get(
    "/instamojo/settings",
    mayRead,
    json(async () => editorSettings(host)),
  );
  httpAdmin.get("/instamojo/guide", mayRead, ((_request, response) =>
    sendGuide(host, response)) satisfies RouteHandler);
  httpAdmin.post(
    "/instamojo/test-connection",
    mayWrite,
    json((request) => testConnection(host, request)),
  );
  httpAdmin.post(
    "/instamojo/sample/:id",
    mayWrite,
    json((request) => sendSample(host, events, request)),
  );
}

/** What the forms show of this installation; nothing secret. */
export interface EditorSettings {
  readonly tier: string;
  readonly isEditable: boolean;
  readonly maxAccounts: number;
  readonly publicUrl: string | null;
}

function editorSettings({ settings, manifest }: FlowHost): EditorSettings {
  return {
    tier: settings.tier,
    isEditable: manifest.account.rules.editableTiers.includes(settings.tier),
    maxAccounts: settings.maxAccounts ?? defaultMaxAccounts,
    publicUrl: settings.publicUrl ?? null,
  };
}

/** Tries the values of an account form, saved or not. A stored secret is only used for the base URL it is stored with. */
async function testConnection(host: FlowHost, request: RouteRequest): Promise<object> {
  const typed = await readJsonBody(request);
  const stored = host.accounts.byId(String(typed["id"] ?? ""));
  const credentials = { clientId: String(typed["clientId"] ?? ""), clientSecret: String(typed["clientSecret"] ?? "") };
  const account = accountOf(typed, credentials);
  if (account.clientSecret === unchangedSecret) {
    if (!stored || stored.baseUrl !== account.baseUrl) {
      return {
        ok: false,
        message: "The client secret is not known here.",
        remedy: "Type the client secret once more.",
      };
    }
    account.clientSecret = stored.clientSecret;
  }
  const plugin = await host.plugin();
  if (!plugin) return { ok: false, message: "The flows are stopped.", remedy: "Deploy first." };
  return plugin.accounts.testConnection({ ...account, name: account.name || "new" });
}

/** Starts the flow of an event node with a sample of a status. Refused for live accounts. */
async function sendSample(host: FlowHost, events: EventNodes, request: RouteRequest): Promise<object> {
  const typed = await readJsonBody(request);
  const node = events.get(String(request.params["id"]));
  const plugin = node && (await host.plugin());
  const event = node && plugin?.events.get(node.unitId);
  if (!node || !plugin || !event) {
    return { ok: false, message: "This node is not running yet.", remedy: "Deploy first." };
  }
  const status = paymentStatuses.find((known) => known === typed["status"]);
  if (!status)
    return { ok: false, message: "There is no such status.", remedy: `Choose ${paymentStatuses.join(", ")}.` };
  const account = node.accounts[0] ?? plugin.accounts.list()[0]?.name;
  if (account === undefined) {
    return { ok: false, message: "There is no account yet.", remedy: "Add an Instamojo account and deploy." };
  }
  node.start(event.sample(status as PaymentStatus, account));
  return { ok: true, message: `A ${status} sample was sent into the flow.` };
}

/** How to get credentials, as Markdown; the editor shows it beside the form. */
function sendGuide(host: FlowHost, response: ServerResponse): void {
  const root = dirname(createRequire(import.meta.url).resolve("instamojo-flow-nodes/package.json"));
  readFile(join(root, host.manifest.docs), "utf8").then(
    (guide) => response.writeHead(200, { "content-type": "text/markdown; charset=utf-8" }).end(guide),
    () => response.writeHead(404, { "content-type": "text/plain" }).end("The guide is not installed."),
  );
}

/** Answers with JSON; a failure becomes `{ok: false}` with what to do, never a stack or a hanging request. */
function json(handler: (request: RouteRequest) => Promise<object>): RouteHandler {
  return (request, response) => {
    handler(request)
      .catch((error: unknown) =>
        isFlowError(error)
          ? { ok: false, message: error.message, remedy: error.remedy }
          : { ok: false, message: "This did not work.", remedy: "Look into the log of Node-RED." },
      )
      .then((result) => {
        response.writeHead(200, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
        response.end(JSON.stringify(result));
      })
      .catch(() => response.destroy());
  };
}
