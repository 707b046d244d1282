import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { accountNode } from "./bot-flow.ts";
import { type ChannelServer, type Sent, startChannelServer } from "./channel-server.ts";
import { type FlowFile, type NodeRed, startNodeRed } from "./start-node-red.ts";

const secrets = {
  WHATSAPP_TOKEN: "token-of-the-test",
  WHATSAPP_PHONE_NUMBER_ID: "106540352242922",
  WHATSAPP_VERIFY_TOKEN: "verify-token-of-the-test",
  WHATSAPP_PATH: "whatsapp-path-of-the-test",
  TELEGRAM_BOT_TOKEN: "123456:bot-token-of-the-test",
  TELEGRAM_SECRET_TOKEN: "secret-token-of-the-test",
};

const read = (name: string): FlowFile =>
  JSON.parse(readFileSync(new URL(`../../docs/examples/${name}.json`, import.meta.url), "utf8")) as FlowFile;
const flows = [...read("whatsapp-cloud-api"), ...read("telegram")];

/** The examples as an author has them once they have chosen their account, but for a shorter time to handle an event. */
const deployed = (baseUrl: string): FlowFile => [
  ...flows.map((node) => ({
    ...node,
    ...("account" in node ? { account: "account" } : {}),
    ...("confirmWithin" in node ? { confirmWithin: 2 } : {}),
  })),
  accountNode(baseUrl),
];

describe("the flows for chat channels", () => {
  it("use no nodes but ours and those that Node-RED has", () => {
    const core = ["tab", "http in", "http response", "http request", "function", "change", "switch", "debug"];
    const own = ["instamojo-generate-payment-link", "instamojo-payment-status", "instamojo-event-handled"];
    expect(new Set(flows.map(({ type }) => type))).toEqual(new Set([...core, ...own]));
  });

  it("hold no account, no credentials and no address of a chat but the official ones", () => {
    const text = JSON.stringify(flows);
    expect(flows.filter((node) => "account" in node).map(({ account }) => account)).toEqual(["", ""]);
    expect(text).not.toContain("credentials");
    expect([...text.matchAll(/https?:\/\/[^/"\s\\]+/g)].map(([origin]) => origin)).toEqual([
      "https://graph.facebook.com",
      "https://api.telegram.org",
    ]);
  });
});

describe.each(["node-red", "node-red-4"] as const)("the flows for chat channels on %s", (release) => {
  let simulator: Simulator;
  let channels: ChannelServer;
  let nodeRed: NodeRed;

  beforeAll(async () => {
    [simulator, channels] = await Promise.all([startSimulator({ port: 0 }), startChannelServer()]);
    const env = { ...secrets, WHATSAPP_API_URL: `${channels.url}/v24.0`, TELEGRAM_API_URL: channels.url };
    nodeRed = await startNodeRed({ release, isPublic: true, env });
    await nodeRed.deploy(deployed(simulator.url));
  }, 30_000);
  afterAll(async () => {
    await nodeRed.stop();
    await Promise.all([simulator.close(), channels.close()]);
    await rm(nodeRed.userDir, { recursive: true, force: true });
  });

  const post = async (path: string, body: string, headers: Record<string, string>) => {
    const answer = await fetch(`${nodeRed.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      signal: AbortSignal.timeout(10_000),
    });
    return answer.status;
  };
  const onWhatsApp = (from: string, text: string, id: string, path = secrets.WHATSAPP_PATH) => {
    const messages = [{ from, id, type: "text", text: { body: text } }];
    const body = {
      object: "whatsapp_business_account",
      entry: [
        { id: "1", changes: [{ field: "messages", value: { messages } }] },
        { id: "1", changes: [{ field: "messages", value: { statuses: [{ id, status: "delivered" }] } }] },
      ],
    };
    return post(`/${path}`, JSON.stringify(body), {});
  };
  const onTelegram = (chat: number, text: string, more: { updateId: number; language?: string; secret?: string }) =>
    post(
      "/telegram",
      JSON.stringify({
        update_id: more.updateId,
        message: { message_id: 1, from: { id: chat, language_code: more.language ?? "en" }, chat: { id: chat }, text },
      }),
      { "x-telegram-bot-api-secret-token": more.secret ?? secrets.TELEGRAM_SECRET_TOKEN },
    );
  const idOf = (link: string) => link.split("/").at(-1)!;
  const paid = (paymentRequestId: string) => simulator.control.pay({ paymentRequestId, outcome: "success" });

  it("on WhatsApp send a button with the link, and tell the same customer when it is paid", async () => {
    expect(await onWhatsApp("919999999999", "I want to buy चाय", "wamid.A")).toBe(200);
    const isTo = (sent: Sent) => sent.body.to === "919999999999";
    const button = await channels.next((sent) => isTo(sent) && sent.body.type === "interactive");
    const { url } = (button.body as unknown as { interactive: { action: { parameters: { url: string } } } }).interactive
      .action.parameters;
    expect(button).toEqual({
      path: "/v24.0/106540352242922/messages",
      authorization: "Bearer token-of-the-test",
      body: {
        messaging_product: "whatsapp",
        recipient_type: "individual",
        to: "919999999999",
        type: "interactive",
        interactive: {
          type: "cta_url",
          body: { text: "Please pay ₹200.00 for Masala chai, 250 g." },
          action: { name: "cta_url", parameters: { display_text: "Pay ₹200.00", url } },
        },
      },
    });
    const { id } = paid(idOf(url));
    const told = await channels.next((sent) => isTo(sent) && sent.body.type === "text");
    expect(told.body.text).toEqual({
      preview_url: false,
      body: `We have received your payment of ₹200.00 for Masala chai, 250 g. Thank you! Payment id: ${id}`,
    });
  }, 30_000);

  it("on Telegram send a card with the link, and tell the same customer, in their language", async () => {
    expect(await onTelegram(77, "buy", { updateId: 1, language: "hi-IN" })).toBe(200);
    const card = await channels.next(({ body }) => body.chat_id === 77);
    const { inline_keyboard: keyboard } = card.body.reply_markup as {
      inline_keyboard: { text: string; url: string }[][];
    };
    expect(card.path).toBe("/bot123456:bot-token-of-the-test/sendMessage");
    expect(card.body.text).toBe("Masala chai, 250 g\n₹200.00");
    expect(keyboard[0]![0]!.text).toBe("₹200.00 चुकाएँ");
    const { id } = paid(idOf(keyboard[0]![0]!.url));
    const told = await channels.next(({ body }) => body.chat_id === 77 && body !== card.body);
    expect(told.body).toEqual({
      chat_id: 77,
      text: `हमें Masala chai, 250 g के लिए ₹200.00 का आपका भुगतान मिल गया है। धन्यवाद! पेमेंट आईडी: ${id}`,
      link_preview_options: { is_disabled: true },
    });
  }, 30_000);

  it("make one link of a message that is delivered twice", async () => {
    const before = simulator.ledger().paymentRequests.length;
    for (const text of ["buy", "buy"]) expect(await onTelegram(78, text, { updateId: 2 })).toBe(200);
    await channels.next(
      ({ body }) => body.chat_id === 78 && channels.sent.filter((sent) => sent.body.chat_id === 78).length === 2,
    );
    expect(simulator.ledger().paymentRequests).toHaveLength(before + 1);
  }, 30_000);

  it("say what there is to buy to those who write something else", async () => {
    expect(await onWhatsApp("918888888888", "hello", "wamid.B")).toBe(200);
    const hint = await channels.next(({ body }) => body.to === "918888888888");
    expect((hint.body.text as { body: string }).body).toContain('Write "buy"');
  });

  it("tell it again when the channel did not take it", async () => {
    await onTelegram(79, "buy", { updateId: 3 });
    const card = await channels.next(({ body }) => body.chat_id === 79);
    const { inline_keyboard: keyboard } = card.body.reply_markup as { inline_keyboard: { url: string }[][] };
    channels.refuse(429, 1);
    paid(idOf(keyboard[0]![0]!.url));
    const isTold = ({ body }: Sent) => body.chat_id === 79 && body !== card.body;
    await channels.next((sent) => isTold(sent) && channels.sent.filter(isTold).length === 2, 20_000);
  }, 40_000);

  it("read nothing from those who do not know the secret, and make no link of it", async () => {
    const before = simulator.ledger().paymentRequests.length;
    for (const path of ["whatsapp", "", encodeURIComponent("${WHATSAPP_PATH}")])
      expect(await onWhatsApp("917777777777", "buy", "wamid.C", path)).toBe(404);
    expect(await onTelegram(80, "buy", { updateId: 4, secret: "guessed" })).toBe(403);
    expect(await onTelegram(80, "buy", { updateId: 4, secret: "" })).toBe(403);
    await onTelegram(81, "hello", { updateId: 5 });
    await channels.next(({ body }) => body.chat_id === 81);
    expect(channels.sent.filter(({ body }) => body.to === "917777777777" || body.chat_id === 80)).toEqual([]);
    expect(simulator.ledger().paymentRequests).toHaveLength(before);
  });

  it("answer Meta's question for the verify token, and nobody who does not know it", async () => {
    const ask = async (token: string) => {
      const query = new URLSearchParams({
        "hub.mode": "subscribe",
        "hub.verify_token": token,
        "hub.challenge": "1158",
      });
      const answer = await fetch(`${nodeRed.url}/${secrets.WHATSAPP_PATH}?${query}`);
      return [answer.status, await answer.text()];
    };
    expect(await ask("verify-token-of-the-test")).toEqual([200, "1158"]);
    expect(await ask("guessed")).toEqual([403, ""]);
  });

  it("read nothing while no secret is set", async () => {
    const closed = await startNodeRed({ release, env: { WHATSAPP_PATH: "", TELEGRAM_SECRET_TOKEN: "" } });
    try {
      await closed.deploy(deployed(simulator.url));
      const ask = async (path: string, headers: Record<string, string>) =>
        (await fetch(`${closed.url}/${path}`, { method: "POST", headers, signal: AbortSignal.timeout(10_000) })).status;
      expect(await ask("telegram", { "x-telegram-bot-api-secret-token": "" })).toBe(403);
      expect([403, 404]).toContain(await ask(encodeURIComponent("${WHATSAPP_PATH}"), {}));
    } finally {
      await closed.stop();
      await rm(closed.userDir, { recursive: true, force: true });
    }
  }, 30_000);

  it("write no secret to the log", () => {
    for (const secret of Object.values(secrets).filter((value) => /test/.test(value)))
      expect(nodeRed.log()).not.toContain(secret);
  });
});
