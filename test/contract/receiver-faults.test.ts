import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { computeMac } from "../../src/payments/mac.ts";
import { offsetClock } from "../helpers/offset-clock.ts";
import { localCredentials, type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
const clock = offsetClock();
afterEach(() => host.close());

const ask = () => host.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
const completed = () => host.events.filter(({ status }) => status === "Completed");
const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(look: () => boolean, withinMs = 8_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!look()) {
    if (Date.now() > end) throw new Error("It did not happen in time.");
    await rest(20);
  }
}

function signed(paymentId: string, paymentRequestId: string): URLSearchParams {
  const fields = new Map([
    ["payment_id", paymentId],
    ["payment_request_id", paymentRequestId],
    ["status", "Credit"],
  ]);
  return new URLSearchParams([...fields, ["mac", computeMac(fields, localCredentials.salt)]]);
}

describe.each(["documented", "hostile"] as const)("with a %s gateway", (profile) => {
  const simulator = { profile, switches: { lateWriteEvery: 0, readLagSeconds: 0, listLagSeconds: 0 } } as const;

  it("a webhook that comes before the link's reply makes one event, after Pending", async () => {
    host = await startPluginHost({ simulator, host: { clock } });
    host.simulator.control.faults({ kind: "delay", method: "POST", path: "/v2/payment_requests/", delayMs: 600 });
    const asked = ask();
    await until(() => host.simulator.ledger().paymentRequests.length === 1);
    const id = host.simulator.ledger().paymentRequests[0]?.id as string;
    host.simulator.control.pay({ paymentRequestId: id, outcome: "success" });
    await host.simulator.control.settled();
    expect((await asked).port).toBe("success");
    await host.event(({ status }) => status === "Completed");
    await rest(500);
    expect(host.events.map(({ status }) => status)).toEqual(["Pending", "Completed"]);
  });

  it("webhook, return and sweep at the same instant make one event", async () => {
    host = await startPluginHost({ simulator, host: { clock } });
    const result = await ask();
    const id = result.port === "success" ? String(result.output.paymentRequestId) : "";
    const { redirectUrl } = host.simulator.ledger().paymentRequests[0] as { redirectUrl: string };
    host.simulator.control.pay({ paymentRequestId: id, outcome: "success" });
    clock.advance(60_000);
    await Promise.all(Array.from({ length: 5 }, () => fetch(redirectUrl)));
    await host.event(({ status }) => status === "Completed");
    clock.advance(300_000);
    await rest(500);
    expect(completed()).toHaveLength(1);
  });

  it("a hundred copies, twenty at a time, over restarts make one event", async () => {
    const folder = mkdtempSync(join(tmpdir(), "instamojo-copies-"));
    try {
      const storeFile = join(folder, "ledger.db");
      const dataFile = join(folder, "gateway.json");
      host = await startPluginHost({ storeFile, simulator: { ...simulator, dataFile }, host: { clock } });
      const result = await ask();
      const id = result.port === "success" ? String(result.output.paymentRequestId) : "";
      const { pathname, search } = new URL(host.simulator.ledger().paymentRequests[0]?.webhook as string);
      host.simulator.control.faults({ kind: "webhook-drop" });
      const payment = host.simulator.control.pay({ paymentRequestId: id, outcome: "success" });
      let told = 0;
      for (let round = 0; round < 5; round += 1) {
        const copies = Array.from({ length: 20 }, () =>
          fetch(host.origin + pathname + search, { method: "POST", body: signed(payment.id, id) }),
        );
        expect(new Set((await Promise.all(copies)).map(({ status }) => status))).toEqual(new Set([200]));
        if (round === 4) break;
        const port = Number(new URL(host.simulator.url).port);
        await host.close();
        told += completed().length;
        host = await startPluginHost({ storeFile, simulator: { ...simulator, dataFile, port }, host: { clock } });
      }
      await until(() => told + completed().length > 0);
      await rest(500);
      expect(told + completed().length).toBe(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
