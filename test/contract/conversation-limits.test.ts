import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "@jest/globals";
import { offsetClock } from "../helpers/offset-clock.ts";
import { type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";

const chat = { conversation: "c-1", sender: "s-1" };
const folder = mkdtempSync(join(tmpdir(), "limits-"));
const hosts: PluginHost[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(options: PluginHostOptions = {}): Promise<PluginHost> {
  const host = await startPluginHost({ withWebhook: false, ...options });
  hosts.push(host);
  return host;
}

/** Asks for a link and says how it ended: the port, or the code of the refusal. */
async function ask(host: PluginHost, order: string, correlation: unknown = chat, more: Record<string, unknown> = {}) {
  const input = { amount: "200", purpose: order, reference: order, ...more };
  const result = await host.run("generate-payment-link", input, { correlation });
  return "error" in result ? result.error.code : result.port;
}

/** Orders that the local Instamojo was asked to make links for. */
const asked = ({ simulator }: PluginHost) =>
  simulator.ledger().calls.filter(({ method, path }) => method === "POST" && path === "/v2/payment_requests/").length;

const mailed = { sendEmail: true, customerEmail: "John@test.com" };
const texted = { sendSms: true, customerMobileNumber: "9999999999" };
const minute = 60_000;

describe("one conversation", () => {
  it("gets 20 links in an hour, and the 21st is refused before Instamojo is asked; others go on", async () => {
    const host = await start();
    for (let order = 1; order <= 20; order += 1) expect(await ask(host, `order-${order}`)).toBe("success");
    const result = await host.run(
      "generate-payment-link",
      { amount: "200", purpose: "order-21", reference: "order-21" },
      { correlation: { sender: "s-1", conversation: "c-1" } },
    );
    expect(result).toMatchObject({
      port: "error",
      error: {
        code: "conversation_limit_reached",
        outcome: "not-applied",
        retryable: true,
        message: "One conversation gets at most 20 payment links in 60 minutes, and this one has had them.",
        remedy: expect.stringMatching(
          /^There is room again at \d{4}-\d\d-\d\dT[\d:.]+Z\. The setting is limits\.linksPerConversation of this installation\.$/,
        ),
      },
    });
    expect(asked(host)).toBe(20);

    expect(await ask(host, "order-7")).toBe("success");
    expect(asked(host)).toBe(20);
    expect(await ask(host, "order-22", { ...chat, conversation: "c-2" })).toBe("success");
    expect(await ask(host, "order-23", null)).toBe("success");
    expect(asked(host)).toBe(22);
  });

  it("goes on as its first links leave the window, also after a restart", async () => {
    const storeFile = join(folder, "ledger.db");
    const clock = offsetClock();
    const host = { limits: { linksPerConversation: 2 }, clock };
    const first = await start({ host, storeFile });
    expect(await ask(first, "order-1")).toBe("success");
    clock.advance(30 * minute);
    expect(await ask(first, "order-2")).toBe("success");
    await hosts.pop()?.close();

    const second = await start({ host, storeFile });
    expect(await ask(second, "order-3")).toBe("conversation_limit_reached");
    clock.advance(29 * minute);
    expect(await ask(second, "order-3")).toBe("conversation_limit_reached");
    clock.advance(2 * minute);
    expect(await ask(second, "order-3")).toBe("success");
    expect(await ask(second, "order-4")).toBe("conversation_limit_reached");
  });

  it("is counted in parallel runs too", async () => {
    const host = await start({ host: { limits: { linksPerConversation: 3 } } });
    const orders = Array.from({ length: 10 }, (_, index) => ask(host, `order-${index}`));
    const ends = await Promise.all(orders);
    expect(ends.filter((end) => end === "success")).toHaveLength(3);
    expect(asked(host)).toBe(3);
  });

  it("gets 5 mails and SMS in an hour, and links without them after that", async () => {
    const host = await start();
    for (let order = 1; order <= 2; order += 1) {
      expect(await ask(host, `order-${order}`, chat, { ...mailed, ...texted })).toBe("success");
    }
    expect(await ask(host, "order-3", chat, { ...mailed, ...texted })).toBe("conversation_limit_reached");
    expect(await ask(host, "order-3", chat, mailed)).toBe("success");
    expect(await ask(host, "order-4", chat, texted)).toBe("conversation_limit_reached");
    expect(await ask(host, "order-4")).toBe("success");
    expect(asked(host)).toBe(4);
  });

  it("is not charged for a link that Instamojo refused", async () => {
    const host = await start({ host: { limits: { linksPerConversation: 1 } } });
    const [path, refused] = ["/v2/payment_requests/", { success: false, message: { amount: ["No."] } }];
    host.simulator.control.faults({ kind: "status", status: 400, body: refused, method: "POST", path });
    expect(await ask(host, "order-1")).toBe("gateway_refused");
    expect(await ask(host, "order-2")).toBe("success");
    expect(await ask(host, "order-3")).toBe("conversation_limit_reached");
  });
});
