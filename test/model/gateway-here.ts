import type { Transport, TransportRequest, TransportResponse } from "../../src/client/transport.ts";
import { TransportError } from "../../src/client/transport.ts";
import type { Desk, SimulatorRequest } from "../../src/simulator/exchange.ts";
import { latest } from "../../src/simulator/history.ts";
import { writeWebhook } from "../../src/simulator/queue-webhook.ts";
import { readBody } from "../../src/simulator/read-body.ts";
import { respond } from "../../src/simulator/respond.ts";
import { readSettings, type SimulatorOptions } from "../../src/simulator/settings.ts";
import { addMerchant, emptyState, type MerchantData } from "../../src/simulator/state.ts";
import type { SimulatedTime } from "./simulated-time.ts";

/** What befalls the next call that creates something. `late`: no answer, and it is applied half a minute later. */
export const writeFaults = [
  "none",
  "refused",
  "lost-before",
  "lost-after",
  "502-before",
  "502-after",
  "cut",
  "late",
] as const;
export type WriteFault = (typeof writeFaults)[number];

/** One call that creates something, as it left us. */
export interface Send {
  readonly kind: "link" | "refund";
  /** The tag of a link, the transaction id of a refund. */
  readonly id: string;
  readonly paymentId: string | null;
  readonly amountPaise: number;
  readonly at: number;
  /** `refused`: certainly not applied, and the caller could see that. `open`: nobody can say yet. */
  result: "made" | "refused" | "open";
}

/** The local Instamojo as a function, with the faults of a line in front of it. */
export interface GatewayHere {
  readonly origin: string;
  readonly sends: Send[];
  /** Refunds that asked for more than was left, by what the gateway showed and by what we had sent. */
  readonly exceeded: string[];
  readonly merchant: MerchantData;
  desk(): Desk;
  fail(fault: WriteFault): void;
  /** The way there for one life; `step` is called before a call arrives and before its answer does. */
  transport(step: () => Promise<void>): Transport;
  /** Path and body of a webhook that is on record. */
  webhook(index: number): { readonly path: string; readonly body: string } | null;
}

const lateMs = 30_000;
/** What was made this long ago at least is certainly shown. */
const marginMs = 1_000;
const paise = (text: unknown): number => Math.round(Number(text) * 100);

export function gatewayHere(time: SimulatedTime, options: SimulatorOptions): GatewayHere {
  const origin = "http://127.0.0.1:8021";
  const settings = readSettings(options);
  const state = emptyState();
  for (const { clientId, username } of settings.merchants) addMerchant(state, clientId, username);
  const [merchant] = [...state.merchants.values()] as [MerchantData];
  const sends: Send[] = [];
  const exceeded: string[] = [];
  let next: WriteFault = "none";
  const desk = (): Desk => ({ state, settings, now: time.now(), origin });

  const apply = (request: SimulatorRequest): TransportResponse => {
    const { status, headers, body } = respond(desk(), request).response;
    return { status, headers, body };
  };

  function note(request: SimulatorRequest): Send | null {
    if (request.method !== "POST" || !("fields" in request.body)) return null;
    const { fields } = request.body;
    const refunded = /^\/v2\/payments\/([^/]+)\/refund\/$/.exec(request.path);
    if (!refunded && request.path !== "/v2/payment_requests/") return null;
    const tag = new URL(String(fields.get("redirect_url") ?? fields.get("webhook") ?? "http://none/")).searchParams;
    const send: Send = refunded
      ? {
          kind: "refund",
          id: String(fields.get("transaction_id")),
          paymentId: refunded[1] as string,
          amountPaise: paise(fields.get("refund_amount")),
          at: time.now(),
          result: "open",
        }
      : {
          kind: "link",
          id: tag.get("op") ?? "",
          paymentId: null,
          amountPaise: paise(fields.get("amount")),
          at: time.now(),
          result: "open",
        };
    if (refunded) weigh(send);
    sends.push(send);
    return send;
  }

  function weigh(send: Send): void {
    const payment = merchant.payments.get(String(send.paymentId));
    if (!payment) return;
    const { caseLagSeconds, listLagSeconds } = settings.switches;
    const shownSince = time.now() - Math.max(caseLagSeconds, listLagSeconds) * 1000 - marginMs;
    const ours = new Set(sends.filter(({ kind }) => kind === "refund").map(({ id }) => id));
    const cases = casesAt(merchant, send.paymentId as string).filter(
      ({ resolution, transactionId, createdAt }) =>
        resolution !== "FINI_DENY" &&
        resolution !== "FINI_WITH" &&
        (ours.has(String(transactionId)) || createdAt <= shownSince),
    );
    const onTheirWay = sends.filter(
      ({ kind, id, paymentId, result }) =>
        kind === "refund" && paymentId === send.paymentId && result === "open" && !isCase(id),
    );
    const taken = [...cases, ...onTheirWay].reduce((sum, { amountPaise }) => sum + amountPaise, 0);
    const paid = latest(payment).amountPaise;
    if (taken + send.amountPaise > paid) {
      exceeded.push(`REFUND: ${send.amountPaise} was asked for where ${paid} was paid and ${taken} is taken`);
    }
  }

  const isCase = (id: string) => [...merchant.cases.values()].some((each) => latest(each).transactionId === id);

  function meet(request: SimulatorRequest, send: Send | null): TransportResponse {
    const fault = send ? next : "none";
    if (send) next = "none";
    const made = (reply: TransportResponse): TransportResponse => {
      if (send) send.result = reply.status < 300 ? "made" : "refused";
      return reply;
    };
    const html = { status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad gateway</h1>" };
    switch (fault) {
      case "none":
        return made(apply(request));
      case "refused":
        if (send) send.result = "refused";
        throw new TransportError("refused", { sent: "no", code: "ECONNREFUSED" });
      case "lost-before":
        throw new TransportError("reset", { sent: "maybe", code: "ECONNRESET" });
      case "lost-after":
        apply(request);
        throw new TransportError("timeout", { sent: "maybe" });
      case "502-before":
        return html;
      case "502-after":
        apply(request);
        return html;
      case "cut": {
        const whole = apply(request);
        return { ...whole, body: whole.body.slice(0, whole.body.length / 2) };
      }
      case "late":
        time.at(time.now() + lateMs, () => void apply(request));
        throw new TransportError("timeout", { sent: "maybe" });
    }
  }

  return {
    origin,
    sends,
    exceeded,
    merchant,
    desk,
    fail(fault) {
      next = fault;
    },
    transport: (step) => ({
      async send(sent: TransportRequest) {
        const request = await requestOf(sent);
        await step();
        const send = note(request);
        let reply: TransportResponse | TransportError;
        try {
          reply = meet(request, send);
        } catch (fault) {
          reply = fault as TransportError;
        }
        await step();
        if (reply instanceof Error) throw reply;
        return reply;
      },
      async close() {},
    }),
    webhook(index) {
      const stored = state.webhooks[index % Math.max(1, state.webhooks.length)];
      if (!stored) return null;
      const url = new URL(stored.url);
      return { path: url.pathname + url.search, body: writeWebhook(desk(), stored) };
    },
  };
}

async function requestOf({ method, url, headers, body }: TransportRequest): Promise<SimulatorRequest> {
  const { pathname, searchParams } = new URL(url);
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const bytes = new TextEncoder().encode(body ?? "");
  return {
    method,
    path: pathname,
    query: searchParams,
    headers: lower,
    body: await readBody(lower["content-type"], bytes),
  };
}

/** The gateway's cases of a payment as they truly are. */
function casesAt(merchant: MerchantData, paymentId: string) {
  return [...merchant.cases.values()].map(latest).filter((each) => each.paymentId === paymentId);
}
