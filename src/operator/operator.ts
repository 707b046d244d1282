import { type PaymentStatus, paymentStatuses } from "../../schemas/payment-fields.ts";
import type { Payments } from "../payments/payments.ts";
import { placeOf } from "../payments/wait-routing.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError, isFlowError } from "../runtime/errors.ts";
import type { HandlerResponse, Host } from "../runtime/host.ts";
import { accountLines, callbackUrlOf } from "./accounts-view.ts";
import { createOperatorCommands, type OperatorCommand, type OperatorCommands, operatorCommands } from "./commands.ts";
import { findPayments, openPayment } from "./find-payments.ts";
import type { NameTaker } from "./timeline.ts";
import { heldLines } from "./views.ts";

/** Who asks, as the host knows them, and what they may do. */
export interface Caller {
  /** Name they logged in with; null where nobody logs in: then they say it themselves. */
  readonly name: string | null;
  readonly mayWrite: boolean;
  /** Whether names, mails and phones may be shown when asked for. */
  readonly mayUnmask: boolean;
  /** Whether they signed in to the page itself, and can sign out there. */
  readonly canSignOut?: boolean;
  /** Names receivers of events. */
  readonly nameTaker?: NameTaker;
}

export interface OperatorRequest {
  readonly method: string;
  /** Path below the operator's root with query, for example `payments?text=order-1`. */
  readonly path: string;
  /** The fields of a JSON body. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** What happened to a payment, and what a person decides about it. Transport-free; asks nobody for a login. */
export interface Operator {
  readonly commands: OperatorCommands;
  /** Answers one request with JSON. Never rejects. */
  handle(request: OperatorRequest, caller: Caller): Promise<HandlerResponse>;
}

export interface OperatorOptions {
  readonly host: Pick<Host, "accounts" | "publicUrl" | "tier" | "store">;
  readonly payments: Payments;
  readonly clock: Clock;
}

const heldLimit = 100;

export function createOperator({ host, payments, clock }: OperatorOptions): Operator {
  const { store } = host;
  const commands = createOperatorCommands({ store, payments, clock });

  async function read(name: string, id: string | undefined, query: URLSearchParams, caller: Caller): Promise<object> {
    switch (name) {
      case "accounts":
        return { accounts: await accountLines({ host, payments }), ...rights(caller) };
      case "held":
        return { held: heldLines(await store.held(heldLimit), namesOf(caller)) };
      case "payments": {
        if (id === undefined) return findPayments(store, searchOf(query));
        const isMasked = query.get("unmask") !== "1";
        if (!isMasked && !caller.mayUnmask) throw forbidden("Names, mails and phones are not shown to you.");
        return openPayment(store, id, { isMasked, nameTaker: namesOf(caller) });
      }
      default:
        throw nothingHere();
    }
  }

  async function write(name: string, id: string | undefined, body: Record<string, unknown>, caller: Caller) {
    if (!caller.mayWrite) throw forbidden("You may look, but not change anything.");
    if (name === "callback-url") return secretUrl(String(body.account ?? ""));
    if (name !== "commands" || !isCommand(id)) throw nothingHere();
    return commands[id]({ ...body, by: caller.name ?? body.by });
  }

  /** The whole callback URL of an account, for who may operate. */
  async function secretUrl(account: string): Promise<object> {
    if (host.publicUrl === undefined) throw nothingHere();
    const { row } = await payments.sessions.open(account);
    return { callbackUrl: callbackUrlOf(host.publicUrl, account, row.callbackToken) };
  }

  return {
    commands,
    async handle({ method, path, body = {} }, caller) {
      const { pathname, searchParams } = new URL(path, "http://operator/");
      const [name = "", id, ...rest] = pathname.slice(1).split("/").map(decode);
      try {
        if (rest.length > 0) throw nothingHere();
        if (method === "GET") return json(200, await read(name, id, searchParams, caller));
        if (method === "POST") return json(200, (await write(name, id, { ...body }, caller)) as object);
        throw nothingHere();
      } catch (thrown) {
        return failure(thrown);
      }
    },
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

function isCommand(name: string | undefined): name is OperatorCommand {
  return operatorCommands.includes(name as OperatorCommand);
}

function rights({ name, mayWrite, mayUnmask, canSignOut }: Caller) {
  return { user: name, mayWrite, mayUnmask, ...(canSignOut ? { canSignOut } : {}) };
}

function searchOf(query: URLSearchParams) {
  const text = query.get("text")?.trim().slice(0, 100);
  const account = query.get("account");
  const status = paymentStatuses.find((known) => known === query.get("status"));
  const before = Number(query.get("before") ?? Number.NaN);
  return {
    ...(text ? { text } : {}),
    ...(account ? { account } : {}),
    ...(status ? { status: status as PaymentStatus } : {}),
    ...(Number.isSafeInteger(before) && before > 0 ? { before } : {}),
  };
}

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Names receivers; what waits in a place of the flows goes by the name of that place. */
function namesOf({ nameTaker = (id) => id }: Caller): NameTaker {
  return (id) => {
    const place = placeOf(id);
    return place === null ? nameTaker(id) : `the run that waits in ${nameTaker(place)}`;
  };
}

function forbidden(message: string): Refusal {
  return new Refusal(403, message);
}

function nothingHere(): Refusal {
  return new Refusal(404, "There is nothing here.");
}

function failure(thrown: unknown): HandlerResponse {
  if (thrown instanceof Refusal) return json(thrown.status, { message: thrown.message, remedy: "" });
  const error = isFlowError(thrown) ? thrown : new FlowError("internal_error", "This did not work.", { cause: thrown });
  const status = { invalid_input: 422, not_found: 404, internal_error: 500 }[error.code as string] ?? 503;
  const { code, message, remedy, fieldErrors = [] } = error;
  return json(status, { code, message, remedy, fieldErrors });
}

function json(status: number, body: object): HandlerResponse {
  return {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
    body: JSON.stringify(body),
  };
}
