import { type PickKind, pickKinds } from "../../../schemas/form.ts";
import type { PickPage } from "../../operator/pick-list.ts";
import { isFlowError } from "../../runtime/errors.ts";
import type { FlowHost } from "./flow-host.ts";
import type { RouteHandler, RouteRequest } from "./red.ts";
import { isFromHere, mayAct } from "./rights.ts";

/** What the editor gets: a page to pick from, or why there is none. */
export type PickAnswer =
  | ({ readonly ok: true } & PickPage)
  | { readonly ok: false; readonly message: string; readonly remedy: string };

/**
 * The lists behind the buttons of fields that take an id, on the admin side. `instamojo.read` shows them with people
 * masked, `instamojo.unmask` with their names, by a path of its own.
 */
export function registerPickRoutes(host: FlowHost): void {
  const { httpAdmin, auth } = host.red;
  const route =
    (isMasked: boolean): RouteHandler =>
    (request, response) => {
      answer(host, request, isMasked || !mayAct(host))
        .catch((thrown: unknown) => refusalOf(thrown))
        .then((result) => {
          response.writeHead(200, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
          response.end(JSON.stringify(result));
        })
        .catch(() => response.destroy());
    };
  httpAdmin.get("/instamojo/pick/:kind", auth.needsPermission("instamojo.read"), route(true));
  httpAdmin.get("/instamojo/pick/:kind/named", auth.needsPermission("instamojo.unmask"), route(false));
}

async function answer(host: FlowHost, request: RouteRequest, isMasked: boolean): Promise<PickAnswer> {
  if (!isFromHere(request)) return no("Another page may not do this.", "Open the editor itself.");
  const kind = request.params["kind"] as PickKind;
  if (!pickKinds.includes(kind)) return no("There is no such list.", "");
  const query = new URLSearchParams((request.url ?? "").split("?")[1] ?? "");
  const account = host.accounts.byId(query.get("account") ?? "");
  if (!account) return no("This account is not running yet.", "Choose an account and deploy, then pick from the list.");
  const plugin = await host.plugin();
  if (!plugin) return no("The flows are stopped.", "Deploy first.");
  const page = await plugin.pick(kind, {
    account: account.name,
    search: query.get("search")?.slice(0, 100),
    cursor: query.get("cursor") ?? undefined,
    isMasked,
  });
  return { ok: true, ...page };
}

function refusalOf(thrown: unknown): PickAnswer {
  if (isFlowError(thrown)) return no(thrown.message, thrown.remedy);
  return no("The list cannot be read now.", "Look into the log of Node-RED.");
}

function no(message: string, remedy: string): PickAnswer {
  return { ok: false, message, remedy };
}
