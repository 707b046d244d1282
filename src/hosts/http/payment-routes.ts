import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller } from "../../operator/operator.ts";
import type { Plugin } from "../../plugin.ts";
import { type ApiCaller, requireAccount, requireScope } from "./api-keys.ts";
import { nameTaker } from "./deliver/event-target.ts";
import { ApiError, type ApiErrorCode } from "./http-error.ts";

interface IdRoute {
  readonly Params: { readonly id: string };
}

interface Seen {
  readonly account: string;
}

/** What happened to payments, people masked, and sending an event once more. */
export function registerPaymentRoutes(app: FastifyInstance, plugin: Plugin): void {
  /** Asks the operator's side of the plugin, as somebody who only looks. */
  async function look(path: string): Promise<unknown> {
    const onlooker: Caller = { name: null, mayWrite: false, mayUnmask: false, nameTaker };
    const { status, body } = await plugin.operator.handle({ method: "GET", path }, onlooker);
    const answer = JSON.parse(body) as { message?: string; remedy?: string };
    if (status === 200) return answer;
    throw new ApiError(codeOf(status), answer.message ?? "This did not work.", { remedy: answer.remedy || undefined });
  }

  /** The payment that an id belongs to; for a key of other accounts there is none. */
  async function paymentOf(caller: ApiCaller, id: string): Promise<Seen> {
    const payment = (await look(`payments/${encodeURIComponent(id)}`)) as Seen;
    if (!caller.accounts || caller.accounts.includes(payment.account)) return payment;
    throw new ApiError("not_found", `The ledger knows nothing of ${JSON.stringify(id)}.`);
  }

  app.get("/v1/payments", async (request) => {
    const caller = requireScope(request.caller, "read");
    const query = new URLSearchParams();
    for (const name of ["text", "account", "status", "before"]) {
      const value = (request.query as Record<string, unknown>)[name];
      if (Array.isArray(value)) throw new ApiError("malformed", `${name} may be given once.`);
      if (typeof value === "string" && value !== "") query.set(name, value);
    }
    const account = query.get("account");
    if (account !== null) requireAccount(caller, account);
    else if (caller.accounts?.length === 1) query.set("account", caller.accounts[0] as string);
    else if (caller.accounts) throw new ApiError("account_required", "This key is for several accounts.");
    return look(`payments?${query}`);
  });

  app.get<IdRoute>("/v1/payments/:id", async (request) =>
    paymentOf(requireScope(request.caller, "read"), request.params.id),
  );

  const mayOperate = async ({ caller }: FastifyRequest<IdRoute>) => void requireScope(caller, "operate");
  app.post<IdRoute>("/v1/events/:id/redeliver", { preParsing: mayOperate }, async (request) => {
    const caller = requireScope(request.caller, "operate");
    if (request.params.id.trim() === "") throw new ApiError("not_found", "There is no event without an id.");
    if (caller.accounts) await paymentOf(caller, request.params.id);
    return plugin.operator.commands.redeliver({ eventId: request.params.id, by: `key ${caller.id}` });
  });
}

function codeOf(status: number): ApiErrorCode {
  if (status === 404) return "not_found";
  if (status === 422) return "invalid";
  return status === 500 ? "internal" : "unavailable";
}
