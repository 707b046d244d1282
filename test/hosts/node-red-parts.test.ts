import { Readable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { events, nodes } from "../../nodes/index.ts";
import { generatePaymentLink } from "../../nodes/generate-payment-link.ts";
import { getPaymentStatus } from "../../nodes/get-payment-status.ts";
import { Account } from "../../schemas/account.ts";
import { createConfirmations } from "../../src/hosts/node-red/confirmations.ts";
import { openConversation, readConversation } from "../../src/hosts/node-red/conversation.ts";
import { defaultKey } from "../../src/hosts/node-red/default-key.ts";
import { checkForm, type TypedValue } from "../../src/hosts/node-red/editor/check-action.ts";
import { renderEditorHtml } from "../../src/hosts/node-red/editor-html.ts";
import { messageOf } from "../../src/hosts/node-red/event-node.ts";
import { createNodeRedLogger } from "../../src/hosts/node-red/log.ts";
import { readRawBody } from "../../src/hosts/node-red/read-raw-body.ts";
import type { Message, Red, RouteRequest } from "../../src/hosts/node-red/red.ts";
import { readSettings } from "../../src/hosts/node-red/settings.ts";
import { eventStatus, inWorld, resultStatus } from "../../src/hosts/node-red/status-text.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import type { LogFields } from "../../src/runtime/logger.ts";
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
    ["read", { amount: "200.00", state: "denied" }, "denied 200.00"],
    ["read", { count: 0, hasMore: false }, "0 payments"],
    ["read", { count: 50, hasMore: true }, "50 payments, and more"],
    ["change", { disabled: true, status: "Cancelled", amount: "200.00" }, "link disabled Cancelled"],
    ["change", { disabled: false, status: "Pending", amount: "200.00" }, "link enabled Pending"],
    ["create", { amount: "200.00", replayed: false }, "link 200.00"],
    ["create", { amount: "200.00", replayed: true }, "link 200.00, already done"],
    ["move-money", { ...output, replayed: true }, "refund 200.00 requested, already done"],
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

  it("has the world in front, also where the rest is cut", () => {
    const status = resultStatus("create", { port: "success", output: { amount: "200.00" } });
    expect(inWorld("live", status)).toEqual({ ...status, text: "live: link 200.00" });
    expect(inWorld(undefined, status)).toEqual(status);
    const long = inWorld("live", { fill: "red", shape: "ring", text: "x".repeat(60) }).text;
    expect(long).toHaveLength(60);
    expect(long).toMatch(/^live: x+…$/);
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
      limits: { linksPerConversation: 20, messagesPerConversation: 5, windowMinutes: 60 },
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

  it("refuse a limit that cannot be", () => {
    expect(() => readSettings({ instamojo: { limits: { windowMinutes: 0 } } }, {})).toThrow(
      "instamojo.limits.windowMinutes must be a whole number from 1 to 10080. Correct it in the settings of Node-RED.",
    );
  });

  it("say how long personal data is kept, in whole days", () => {
    expect(readSettings({ instamojo: { retentionDays: 30 } }, {}).retentionDays).toBe(30);
    for (const retentionDays of [0, -1, 1.5, Number.NaN, "30", null]) {
      expect(() => readSettings({ instamojo: { retentionDays } }, {})).toThrow(
        "must be a whole number of days, at least 1",
      );
    }
  });

  it("refuse a tier that does not exist", () => {
    expect(() => readSettings({ instamojo: { tier: "production" } }, {})).toThrow(
      "must be one of development, sandbox, staging, live",
    );
  });
});

describe("the confirmations", () => {
  const stateOf = async (handled: Promise<void>) =>
    Promise.race([handled.then(() => "handled"), Promise.resolve("waits")]).catch(() => "given up");
  /** Attempts at the same delivery, each of which can run out of time. */
  function attempts() {
    const confirmations = createConfirmations();
    const owner = {};
    const start = (delivery?: string) => {
      const time = new AbortController();
      const opened = confirmations.open({ owner, signal: time.signal, delivery });
      return opened && { ...opened, runOut: () => time.abort() };
    };
    return { confirmations, start: (delivery?: string) => start(delivery)!, tryStart: start };
  }

  it("end an attempt once, by its own handle", async () => {
    const { confirmations, start } = attempts();
    const [one, other] = [start("n evt_1"), start("n evt_2")];
    expect(confirmations.confirm(one.handle)).toBe(true);
    expect(confirmations.confirm(one.handle)).toBe(false);
    for (const made of ["made up", undefined, 5]) expect(confirmations.confirm(made)).toBe(false);
    await one.handled;
    expect(await stateOf(other.handled)).toBe("waits");
  });

  it("let a late one end the attempt that is under way by then, and nothing after it", async () => {
    const { confirmations, start, tryStart } = attempts();
    const first = start("n evt_1");
    first.runOut();
    expect(await first.handled.catch(() => "given up")).toBe("given up");
    const [second, other] = [start("n evt_1"), start("n evt_2")];
    expect(confirmations.confirm(first.handle)).toBe(true);
    await second.handled;
    expect(await stateOf(other.handled)).toBe("waits");
    expect(confirmations.confirm(second.handle)).toBe(false);
    expect(confirmations.confirm(first.handle)).toBe(false);
    // Somebody asks for the same event again.
    expect(tryStart("n evt_1")).not.toBeNull();
  });

  it("let a late one stand for the next attempt where none is under way, and for no other one", async () => {
    const { confirmations, start, tryStart } = attempts();
    const [first, second] = [start("n evt_1"), start("n evt_1")];
    for (const attempt of [first, second]) {
      attempt.runOut();
      await attempt.handled.catch(() => {});
    }
    expect(confirmations.confirm(first.handle)).toBe(true);
    expect(confirmations.confirm(second.handle)).toBe(false);
    expect(tryStart("other evt_1")).not.toBeNull();
    expect(tryStart("n evt_1")).toBeNull();
    expect(tryStart("n evt_1")).not.toBeNull();
  });

  it("forget the late ones of what was handled in time, of a node that stopped and of a sample", async () => {
    const { confirmations, start, tryStart } = attempts();
    const late = start("n evt_1");
    late.runOut();
    await late.handled.catch(() => {});
    confirmations.confirm(start("n evt_1").handle);
    expect(confirmations.confirm(late.handle)).toBe(false);
    expect(tryStart("n evt_1")).not.toBeNull();
    const sample = start();
    sample.runOut();
    await sample.handled.catch(() => {});
    expect(confirmations.confirm(sample.handle)).toBe(false);
  });
});

describe("the log", () => {
  it("is told the allowed fields of the right type and nothing else, as one line", () => {
    const lines: string[] = [];
    const write = (text: string) => void lines.push(text);
    const logger = createNodeRedLogger({ log: { debug: write, info: write, warn: write, error: write } });
    const more = { name: "John Smith", email: "John@test.com", input: { amount: "200" }, attempt: "1", code: 5 };
    logger.warn("An event could not be delivered.", {
      eventId: "evt_1",
      taker: 'a "b"\n[error] forged',
      count: 2,
      ...more,
    } as unknown as LogFields);
    logger.debug("Two\nlines");
    expect(lines).toEqual([
      '[instamojo] An event could not be delivered. eventId=evt_1 taker="a \\"b\\"\\n[error] forged" count=2',
      "[instamojo] Two lines",
    ]);
  });

  it("is told no more than two hundred characters of a field", () => {
    const lines: string[] = [];
    const log = { info: (text: string) => void lines.push(text) } as Red["log"];
    createNodeRedLogger({ log }).info("So it is.", { cause: "x".repeat(5_000) });
    expect(lines).toEqual([`[instamojo] So it is. cause=${"x".repeat(200)}`]);
  });
});

describe("the raw body", () => {
  const streamed = (...chunks: string[]) =>
    Object.assign(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), { complete: false });
  const parsed = (body: unknown) => ({ body, complete: true }) as RouteRequest;

  it("is read as it was sent", async () => {
    expect(await readRawBody(streamed("a=1&", "a=2") as unknown as RouteRequest)).toEqual({ text: "a=1&a=2" });
  });

  it("is refused where it is no UTF-8, also between two pieces and where it came as bytes", async () => {
    const bytes = (...pieces: number[][]) =>
      Object.assign(Readable.from(pieces.map((piece) => Buffer.from(piece))), { complete: false }) as unknown;
    expect(await readRawBody(bytes([0x61, 0xff]) as RouteRequest)).toEqual({ refused: 400 });
    expect(await readRawBody(bytes([0x61, 0xe2, 0x82], [0xac]) as RouteRequest)).toEqual({ text: "a€" });
    expect(await readRawBody(bytes([0x61, 0xe2, 0x82]) as RouteRequest)).toEqual({ refused: 400 });
    expect(await readRawBody(bytes([0xef, 0xbb, 0xbf, 0x61]) as RouteRequest)).toEqual({ text: "\uFEFFa" });
    expect(await readRawBody(parsed(Buffer.from([0xc0, 0x80])))).toEqual({ refused: 400 });
    expect(await readRawBody(parsed(Buffer.alloc(65_537)))).toEqual({ refused: 413 });
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
      const failing = id === "create-refund" ? "On the outputs Error and Unknown:" : "On the output Error:";
      expect(help).toContain(failing);
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
