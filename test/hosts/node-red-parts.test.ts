import { Readable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { events, nodes } from "../../nodes/index.ts";
import { generatePaymentLink } from "../../nodes/generate-payment-link.ts";
import { getPaymentStatus } from "../../nodes/get-payment-status.ts";
import { Account } from "../../schemas/account.ts";
import { openConversation, readConversation } from "../../src/hosts/node-red/conversation.ts";
import { defaultKey } from "../../src/hosts/node-red/default-key.ts";
import { checkForm, type TypedValue } from "../../src/hosts/node-red/editor/check-action.ts";
import { renderEditorHtml } from "../../src/hosts/node-red/editor-html.ts";
import { messageOf } from "../../src/hosts/node-red/event-node.ts";
import { readRawBody } from "../../src/hosts/node-red/read-raw-body.ts";
import type { Message, Red, RouteRequest } from "../../src/hosts/node-red/red.ts";
import { readSettings } from "../../src/hosts/node-red/settings.ts";
import { eventStatus, resultStatus } from "../../src/hosts/node-red/status-text.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";

const util = {
  getMessageProperty: (message: Message, property: string) => message[property],
  setMessageProperty(message: Message, property: string, value: unknown) {
    message[property] = value;
    return true;
  },
  generateId: () => "fresh",
} as unknown as Red["util"];

describe("the default key", () => {
  const message = { _msgid: "m1" };

  it("is the same for the same message, whatever the order of its fields", () => {
    expect(defaultKey("n1", message, { amount: "200", purpose: "x" }, { a: 1, b: [{ c: 1, d: 2 }] })).toBe(
      defaultKey("n1", message, { purpose: "x", amount: "200" }, { b: [{ d: 2, c: 1 }], a: 1 }),
    );
  });

  it.each([
    ["another node", "n2", message, { amount: "200" }, null],
    ["another message", "n1", { _msgid: "m2" }, { amount: "200" }, null],
    ["another place in a sequence", "n1", { _msgid: "m1", parts: { index: 1 } }, { amount: "200" }, null],
    ["other input", "n1", message, { amount: "201" }, null],
    ["another conversation", "n1", message, { amount: "200" }, "c-2"],
  ])("differs for %s", (_what, node, other, input, correlation) => {
    expect(defaultKey(node, other, input, correlation)).not.toBe(defaultKey("n1", message, { amount: "200" }, null));
  });

  it("tells the first part of a sequence from a message that is none", () => {
    expect(defaultKey("n1", { ...message, parts: { index: 0 } }, {}, null)).not.toBe(
      defaultKey("n1", message, {}, null),
    );
  });
});

describe("the conversation", () => {
  it("comes back in the place it was taken from, without what JSON cannot hold", () => {
    const stored = readConversation(util, { chat: { id: 7, reply: () => 1 } }, "chat");
    expect(openConversation(JSON.parse(JSON.stringify(stored)))).toEqual({ property: "chat", value: { id: 7 } });
  });

  it("is absent where the message has none", () => {
    expect(readConversation(util, {}, "conversation")).toBeUndefined();
    expect(readConversation(util, { conversation: () => 1 }, "conversation")).toBeUndefined();
    expect(readConversation(util, { "": 1 }, "")).toBeUndefined();
  });

  it("refuses a circle", () => {
    const circle: Message = {};
    circle["conversation"] = circle;
    expect(() => readConversation(util, circle, "conversation")).toThrow(TypeError);
  });

  it("of another host is handed on as it is", () => {
    const sample = events[0]!.samples["Completed"] as unknown as PaymentStatusEvent;
    const message = messageOf(util, { ...sample, correlation: { sender: "s" } });
    expect(message).toMatchObject({ topic: "Completed", payload: { correlation: { sender: "s" } } });
    expect(message).not.toHaveProperty("conversation");
  });
});

describe("the text on the canvas", () => {
  const output = { amount: "200.00", status: "Completed", state: "requested" };
  const error = (code: "gateway_error" | "refund_unknown") =>
    FlowError.prototype.toJSON.call(new FlowError(code, "No reply."));

  it.each([
    ["create", { amount: "200.00" }, "link 200.00"],
    ["move-money", output, "refund 200.00 requested"],
    ["read", output, "Completed 200.00"],
  ] as const)("says after %s what happened", (effect, result, text) => {
    expect(resultStatus(effect, { port: "success", output: result })).toEqual({ fill: "green", shape: "dot", text });
  });

  it("says what went wrong, and never more than fits", () => {
    expect(resultStatus("read", { port: "error", error: error("gateway_error") })).toMatchObject({
      fill: "red",
      text: "No reply.",
    });
    expect(resultStatus("move-money", { port: "unknown", error: error("refund_unknown") })).toMatchObject({
      fill: "yellow",
    });
    const long = { ...error("gateway_error"), message: "x".repeat(500) };
    expect(resultStatus("read", { port: "error", error: long }).text).toHaveLength(60);
  });

  it("marks a sample as one", () => {
    const sample = events[0]!.samples["Refunded"] as unknown as PaymentStatusEvent;
    expect(eventStatus(sample).text).toBe("sample Refunded 200.00 (full)");
    expect(eventStatus({ ...sample, source: "poll" }).text).toBe("Refunded 200.00 (full)");
  });
});

describe("the settings", () => {
  it("are development without a public URL unless something is set", () => {
    expect(readSettings({ userDir: "/data" }, {})).toEqual({
      tier: "development",
      publicUrl: undefined,
      localUrl: undefined,
      callbackOrigins: undefined,
      maxAccounts: undefined,
      dataDir: "/data/instamojo",
    });
  });

  it("take the public URL from the environment, with the root of the node routes", () => {
    const environment = { INSTAMOJO_PUBLIC_URL: "https://bot.example.com/" };
    expect(readSettings({ httpNodeRoot: "/" }, environment).publicUrl).toBe("https://bot.example.com");
    expect(readSettings({ httpNodeRoot: "/flows/" }, environment).publicUrl).toBe("https://bot.example.com/flows");
    expect(readSettings({ instamojo: { publicUrl: "https://a.example.com" } }, environment).publicUrl).toBe(
      "https://a.example.com",
    );
  });

  it("know the address of a Node-RED that serves itself on loopback", () => {
    expect(readSettings({ uiPort: 1880 }, {}).localUrl).toBe("http://127.0.0.1:1880");
    expect(readSettings({ uiPort: 1880, uiHost: "192.0.2.1" }, {}).localUrl).toBeUndefined();
    expect(readSettings({ uiPort: 1880, https: {} }, {}).localUrl).toBeUndefined();
  });

  it("refuse a tier that does not exist", () => {
    expect(() => readSettings({ instamojo: { tier: "production" } }, {})).toThrow(
      "must be one of development, sandbox, staging, live",
    );
  });
});

describe("the raw body", () => {
  const streamed = (...chunks: string[]) =>
    Object.assign(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), { complete: false });
  const parsed = (body: unknown) => ({ body, complete: true }) as RouteRequest;

  it("is read as it was sent", async () => {
    expect(await readRawBody(streamed("a=1&", "a=2") as unknown as RouteRequest)).toEqual({ text: "a=1&a=2" });
  });

  it("is refused above 64 kB, in one piece or many", async () => {
    expect(await readRawBody(streamed("x".repeat(65_536)) as unknown as RouteRequest)).toHaveProperty("text");
    expect(await readRawBody(streamed("x".repeat(65_536), "x") as unknown as RouteRequest)).toEqual({ refused: 413 });
    expect(await readRawBody(parsed("x".repeat(65_537)))).toEqual({ refused: 413 });
  });

  it("is written out again where a parser was faster, with keys that stood twice", async () => {
    expect(await readRawBody(parsed({ status: "Credit", buyer_name: "a b", mac: ["1", "2"] }))).toEqual({
      text: "status=Credit&buyer_name=a+b&mac=1&mac=2",
    });
    expect(await readRawBody(parsed(Buffer.from("a=1")))).toEqual({ text: "a=1" });
    expect(await readRawBody(parsed(undefined))).toEqual({ text: "" });
  });
});

describe("the check of an edit form", () => {
  const validator = createAjvValidator();
  const isExpression = (value: string) => value !== "broken";
  const literal = (value: string, type = "str"): TypedValue => ({ value, type });
  const good = { amount: literal("200"), purpose: literal("Iphone"), sendEmail: literal("false", "bool") };
  const check = (changes: Record<string, TypedValue>) =>
    checkForm({ form: generatePaymentLink.input, values: { ...good, ...changes }, validator, isExpression }).map(
      ({ field, rule }) => `${field}: ${rule}`,
    );

  it("passes what a run would take", () => {
    expect(check({})).toEqual([]);
    expect(check({ amount: literal("payload.amount", "msg") })).toEqual([]);
  });

  it.each([
    [{ amount: literal("5") }, "amount: at least 9.00"],
    [{ amount: literal("") }, "amount: filled in"],
    [{ sendEmail: literal("true", "bool") }, "customerEmail: filled in when Send Email is on"],
    [{ amount: literal("", "msg") }, "amount: a working expression"],
    [{ amount: literal("broken", "jsonata") }, "amount: a working expression"],
  ])("refuses what a run would refuse: %j", (changes, refusal) => {
    expect(check(changes as unknown as Record<string, TypedValue>)).toEqual([refusal]);
  });

  it("takes an expression for a filled field where another rule counts or needs it", () => {
    expect(check({ sendEmail: literal("true", "bool"), customerEmail: literal("payload.mail", "msg") })).toEqual([]);
    const values = { paymentRequestId: literal("payment.id", "msg"), paymentId: literal(""), link: literal("") };
    expect(checkForm({ form: getPaymentStatus.input, values, validator, isExpression })).toEqual([]);
  });
});

describe("what the editor loads", () => {
  const html = renderEditorHtml({ nodes, events, style: "", script: "const end = '</script>';" });
  const templateOf = (type: string, kind = "template") =>
    html.match(new RegExp(`<script type="text/html" data-${kind}-name="${type}">([^]*?)</script>`))?.[1] ?? "";

  it.each(nodes.map((node) => [node.id, node] as const))(
    "has a row with label and help for every field of %s",
    (id, node) => {
      const form = templateOf(`instamojo-${id}`);
      for (const [field, schema] of Object.entries(node.input.properties)) {
        const row = form.match(new RegExp(`data-field="${field}">([^]*?)</div>`))?.[1] ?? "";
        expect(row).toContain(`<label for="node-input-${field}">${schema.title}`);
        expect(row).toContain(`id="node-input-${field}"`);
        expect(row).toContain(`data-error="${field}"`);
        if (field !== "statusCallbackUrl") expect(row).toMatch(/<p class="im-help">[^<]+/);
      }
      const help = templateOf(`instamojo-${id}`, "help");
      for (const code of node.errors) expect(help).toContain(`<dt>${code}</dt>`);
      for (const port of node.ports) expect(help).toContain(port.title);
    },
  );

  it("has an input for every credential, hidden from sight where it is secret", () => {
    const form = templateOf("instamojo-account");
    expect(form).toContain('<input type="text" id="node-config-input-clientId"');
    for (const secret of ["clientSecret", "privateSalts1", "privateSalts2"]) {
      expect(form).toContain(`<input type="password" id="node-config-input-${secret}"`);
    }
    expect(Object.keys(Account.properties)).toEqual(["name", "baseUrl", "clientId", "clientSecret", "privateSalts"]);
  });

  it("cannot be ended early by a text inside the script", () => {
    expect(html).toContain("const end = '<\\/script>';");
  });
});
