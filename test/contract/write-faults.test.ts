import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createKyTransport } from "../../src/client/ky-transport.ts";
import { type Transport, TransportError, type TransportErrorKind } from "../../src/client/transport.ts";
import type { CallFault } from "../../src/simulator/index.ts";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

/** A fault on the way there, which the gateway never hears of, or one of the gateway's own. */
type Fault = { readonly never: TransportErrorKind } | { readonly gateway: CallFault };

const html = "<html><body>Bad gateway</body></html>";
const status = (code: number, more: Partial<CallFault> = {}): Fault => ({
  gateway: {
    kind: "status",
    status: code,
    body: html,
    headers: { "content-type": "text/html" },
    count: 0,
    ...more,
  } as CallFault,
});
const slowDown = (retryAfter?: string): Fault =>
  status(429, {
    body: { success: false, message: "Slow down." },
    headers: { "content-type": "application/json", ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }) },
  } as Partial<CallFault>);

const faults = {
  "the name is not found": { never: "dns" },
  "the connection is refused": { never: "refused" },
  "TLS fails": { never: "tls" },
  "connecting takes too long": { never: "connect-timeout" },
  "nothing comes back, and it was not done": { gateway: { kind: "silent", isApplied: false, count: 0 } },
  "nothing comes back, and it was done": { gateway: { kind: "silent", count: 0 } },
  "the line breaks before it is done": { gateway: { kind: "reset", isApplied: false, count: 0 } },
  "the line breaks after it is done": { gateway: { kind: "reset", count: 0 } },
  "the reply is cut": { gateway: { kind: "cut", count: 0 } },
  "the reply drips": { gateway: { kind: "drip", bytes: 1, delayMs: 100, count: 0 } },
  "429 without Retry-After": slowDown(),
  "429 with seconds": slowDown("1"),
  "429 with a date": slowDown("Mon, 01 Jan 2024 00:00:00 GMT"),
  "429 with nonsense": slowDown("soon"),
  "500 with HTML": status(500),
  "502 with HTML, and it was done": status(502, { isApplied: true } as Partial<CallFault>),
  "503 with HTML": status(503),
  "504 with HTML": status(504),
  "a redirect": status(302, { headers: { location: "/elsewhere/" } } as Partial<CallFault>),
  "50 MB": status(200, { bytes: 50_000_000, isApplied: true } as Partial<CallFault>),
  "another shape": status(200, { body: { ok: true }, isApplied: true, headers: {} } as Partial<CallFault>),
  "an expired token": status(401, { body: { success: false, message: "Expired." }, headers: {} } as Partial<CallFault>),
  "no permission": status(403, { body: { success: false, message: "No." }, headers: {} } as Partial<CallFault>),
  "a refusal with reasons": status(400, { body: { amount: ["Too much."] }, headers: {} } as Partial<CallFault>),
} as const satisfies Record<string, Fault>;
type FaultName = keyof typeof faults;

const writes = {
  "generate-payment-link": "/v2/payment_requests/",
  "collect-payment": "/v2/payment_requests/",
  "create-refund": "/v2/payments/*/refund/",
  "disable-payment-link": "/v2/payment_requests/*/disable/",
  "enable-payment-link": "/v2/payment_requests/*/enable/",
} as const;
type Node = keyof typeof writes;

let host: PluginHost;
let never: TransportErrorKind | null = null;
const ky = createKyTransport();
const transport: Transport = {
  async send(request) {
    if (never !== null && request.method === "POST" && request.url.includes("/v2/")) {
      throw new TransportError(never, { sent: "no" });
    }
    return ky.send(request);
  },
  close: () => ky.close(),
};

beforeAll(async () => {
  // What was made is not to be found in the lists yet: nobody takes a lost link up before its run has ended.
  const timeouts = { connectMs: 5_000, headersMs: 200, bodyMs: 200 };
  const limits = { linksPerConversation: 1_000 };
  host = await startPluginHost({
    simulator: { switches: { listLagSeconds: 86_400 } },
    host: { transport, timeouts, limits },
  });
});
afterAll(() => host.close());

async function inputOf(node: Node): Promise<Record<string, unknown>> {
  const order = { amount: "200", purpose: "Yoga class" };
  if (node === "generate-payment-link" || node === "collect-payment") return order;
  const made = await host.run("generate-payment-link", order);
  if (made.port !== "success") throw new Error(JSON.stringify(made));
  const paymentRequestId = String(made.output.paymentRequestId);
  if (node !== "create-refund") return { paymentRequestId };
  const { id: paymentId } = host.simulator.control.pay({ paymentRequestId, outcome: "success" });
  return { paymentId, issueType: "QFL", description: "Product is not good" };
}

/** Port, code and outcome of one run under the fault, and how many calls of that kind the gateway got. */
async function meet(node: Node, fault: Fault): Promise<string> {
  const input = await inputOf(node);
  const path = new RegExp(`^${writes[node].replaceAll("/", "\\/").replace("*", "[^/]+")}$`);
  const count = () =>
    host.simulator.ledger().calls.filter((call) => call.method === "POST" && path.test(call.path)).length;
  const before = count();
  if ("never" in fault) never = fault.never;
  else host.simulator.control.faults({ ...fault.gateway, method: "POST", path: writes[node] });
  const result = await host.run(node, input);
  never = null;
  host.simulator.control.faults({ kind: "clear" });
  // A token that was refused twice rests for a while.
  host.advance(600_000);
  const said =
    result.port === "success" || result.port === "link" ? "" : ` ${result.error.code} ${result.error.outcome}`;
  return `${result.port}${said}, ${count() - before} calls`;
}

const notSent = [
  "the name is not found",
  "the connection is refused",
  "TLS fails",
  "connecting takes too long",
] as const;
const slowedDown = ["429 without Retry-After", "429 with seconds", "429 with a date", "429 with nonsense"] as const;
/** Whatever is in none of the lists leaves open whether it was done. */
const said: Readonly<Record<Node, Readonly<Record<"open" | "expired" | "forbidden", string>>>> = {
  "generate-payment-link": link("credentials_refused not-applied, 2 calls", "not_activated"),
  "collect-payment": link("credentials_refused not-applied, 2 calls", "not_activated"),
  // A refund is never sent a second time, not even with another token.
  "create-refund": {
    open: "unknown refund_unknown unknown, 1 calls",
    expired: "error credentials_refused not-applied, 1 calls",
    forbidden: "error not_activated not-applied, 1 calls",
  },
  "disable-payment-link": link("link_switch_refused not-applied, 2 calls", "link_switch_refused"),
  "enable-payment-link": link("link_switch_refused not-applied, 2 calls", "link_switch_refused"),
};

function link(expired: string, forbidden: string) {
  return {
    open: "error outcome_unknown unknown, 1 calls",
    expired: `error ${expired}`,
    forbidden: `error ${forbidden} not-applied, 1 calls`,
  };
}

function expected(node: Node, name: FaultName): string {
  if (notSent.some((each) => each === name)) return "error gateway_unreachable not-applied, 0 calls";
  if (slowedDown.some((each) => each === name)) return "error rate_limited not-applied, 1 calls";
  if (name === "an expired token") return said[node].expired;
  if (name === "no permission") return said[node].forbidden;
  return name === "a refusal with reasons" ? "error gateway_refused not-applied, 1 calls" : said[node].open;
}

describe.each(Object.keys(writes) as Node[])("%s", (node) => {
  it.each(Object.keys(faults) as FaultName[])("says what is certain when %s", async (name) => {
    expect(await meet(node, faults[name])).toBe(expected(node, name));
  });
});
