import { localClientId, localClientSecret, localSalt } from "../../src/simulator/index.ts";
import type { FlowFile } from "./start-node-red.ts";

/** Configuration node of an account at the local Instamojo. */
export function accountNode(baseUrl: string, changes: Record<string, unknown> = {}) {
  return {
    id: "account",
    type: "instamojo-account",
    name: "shop",
    baseUrl,
    credentials: { clientId: localClientId, clientSecret: localClientSecret, privateSalts1: localSalt },
    ...changes,
  };
}

const collect = `
  const seen = global.get("events") || [];
  seen.push({ topic: msg.topic, payload: msg.payload, payment: msg.payment, conversation: msg.conversation });
  global.set("events", seen);
`;

/** Answers the call that started the flow with what the message holds. Works only if `msg.res` came along. */
const answer = (port: string) =>
  `msg.payload = { port: "${port}", kept: msg.payload, payment: msg.payment, error: msg.error, marked: typeof msg.mark }; return msg;`;

/**
 * A bot that a test talks to over HTTP: POST /buy makes a link, POST /refund gives money back, POST /status asks, and
 * GET /events tells which events started the event flow,
 * GET /statuses what the nodes said on the canvas, GET /caught what nobody had wired.
 */
export function botFlow(baseUrl: string, changes: Record<string, Record<string, unknown>> = {}): FlowFile {
  const nodes = [
    { id: "bot", type: "tab", label: "Bot" },
    accountNode(baseUrl),

    ...endpoint("buy", "post", "conversation"),
    typed("link", "instamojo-generate-payment-link", {
      name: "Make the link",
      wires: [["buy-success"], ["buy-error"]],
      fields: {
        amount: ["payload.amount", "msg"],
        customerName: ["payload.name", "msg"],
        purpose: ["'Order ' & payload.order", "jsonata"],
        reference: ["", "str"],
        sendEmail: ["false", "bool"],
      },
    }),
    ...answers("buy", ["success", "error"]),

    ...endpoint("refund", "post"),
    typed("refund", "instamojo-create-refund", {
      wires: [["refund-success"], ["refund-error"], ["refund-unknown"]],
      fields: {
        paymentId: ["payload.paymentId", "msg"],
        issueType: ["QFL", "str"],
        description: ["Product is not good", "str"],
      },
    }),
    ...answers("refund", ["success", "error", "unknown"]),

    ...endpoint("status", "post"),
    typed("status", "instamojo-get-payment-status", {
      storeIn: "answer.of.instamojo",
      wires: [["status-success"], ["status-error"]],
      fields: { paymentRequestId: ["payload.paymentRequestId", "msg"] },
    }),
    ...answers("status", ["success", "error"], "msg.payment = msg.answer && msg.answer.of;"),

    {
      id: "paid",
      type: "instamojo-payment-status",
      z: "bot",
      accounts: [],
      statuses: ["Completed", "Refunded"],
      wires: [["collect"]],
    },
    { id: "collect", type: "function", z: "bot", func: collect, outputs: 1, wires: [[]] },
    { id: "says", type: "status", z: "bot", scope: ["link", "refund", "status", "paid"], wires: [["says-note"]] },
    note("says-note", "statuses", "msg.status.source.id + ': ' + msg.status.text"),
    { id: "catch", type: "catch", z: "bot", scope: null, uncaught: false, wires: [["catch-note"]] },
    note("catch-note", "caught", "{ message: msg.error.message, source: msg.error.source.id, mark: typeof msg.mark }"),
    ...["events", "statuses", "caught"].flatMap(reader),
    { id: "out", type: "http response", z: "bot", wires: [] },
  ];
  // Node-RED takes a node without a place on the canvas for a configuration node.
  return nodes.map((node) => ({ ...node, ...("z" in node ? { x: 100, y: 100 } : {}), ...changes[node.id] }));
}

function note(id: string, list: string, value: string) {
  const func = `const seen = global.get("${list}") || []; seen.push(${value}); global.set("${list}", seen);`;
  return { id, type: "function", z: "bot", func, outputs: 1, wires: [[]] };
}

function reader(list: string) {
  const func = `msg.payload = global.get("${list}") || []; return msg;`;
  return [
    { id: `${list}-in`, type: "http in", z: "bot", url: `/${list}`, method: "get", wires: [[`${list}-read`]] },
    { id: `${list}-read`, type: "function", z: "bot", func, outputs: 1, wires: [["out"]] },
  ];
}

function endpoint(name: string, method: string, keep?: string) {
  const func = `${keep ? `msg.${keep} = msg.payload.${keep};` : ""} msg.mark = () => 1; return msg;`;
  const target = name === "buy" ? "link" : name;
  return [
    { id: `${name}-in`, type: "http in", z: "bot", url: `/${name}`, method, wires: [[`${name}-mark`]] },
    { id: `${name}-mark`, type: "function", z: "bot", func, outputs: 1, wires: [[target]] },
  ];
}

function answers(name: string, ports: readonly string[], before = "") {
  return ports.map((port) => ({
    id: `${name}-${port}`,
    type: "function",
    z: "bot",
    func: `${before} ${answer(port)}`,
    outputs: 1,
    wires: [["out"]],
  }));
}

interface Typed {
  readonly fields: Readonly<Record<string, readonly [value: string, type: string]>>;
  readonly wires: readonly (readonly string[])[];
  readonly [property: string]: unknown;
}

function typed(id: string, type: string, { fields, ...rest }: Typed) {
  const properties = Object.entries(fields).flatMap(([field, [value, kind]]) => [
    [field, value],
    [`${field}Type`, kind],
  ]);
  return { id, type, z: "bot", account: "account", ...rest, ...Object.fromEntries(properties) };
}
