import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { UsageError } from "../../src/cli/command.ts";
import { requirePeers } from "../../src/cli/peers.ts";
import { triggerCommand } from "../../src/cli/trigger.ts";
import { newDeliverySecret } from "../../src/hosts/http/api-keys.ts";
import { type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { type Received, startReceiver } from "../helpers/http-host.ts";
import { runBuilt, startBuilt } from "./built-command.ts";

let folder: string;
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ clientId: "test_client", clientSecret: "s3cr3t_of_the_shop" });
  folder = mkdtempSync(join(tmpdir(), "serve-"));
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

function writeConfig(more: object): string {
  const file = join(folder, "config.json");
  const account = { name: "shop", baseUrl: simulator.url, clientId: "test_client", clientSecret: "s3cr3t_of_the_shop" };
  const config = { tier: "development", store: "sqlite:./ledger.db", accounts: [account], ...more };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

describe("instamojo-flow serve", () => {
  it("makes a key, serves who holds it, and ends in order", async () => {
    const made = await runBuilt(["serve", "--new-key", "bot"]);
    const { key, entry } = made.result as { key: string; entry: { sha256: string } };
    expect(entry).toMatchObject({ id: "bot", sha256: createHash("sha256").update(key).digest("hex") });
    const config = writeConfig({ apiKeys: [entry] });
    const command = startBuilt(["serve", "--config", config, "--port", "0"]);
    const ready = await command.ready;
    expect(ready).toEqual({ ready: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
    const answer = await fetch(`${ready.url}/v1/nodes/generate-payment-link/run`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "idempotency-key": "order-1" },
      body: JSON.stringify({ account: "shop", input: { amount: "200", purpose: "Iphone" } }),
    });
    expect(await answer.json()).toMatchObject({ port: "success", output: { amount: "200.00" } });
    expect((await fetch(`${ready.url}/operator.js`)).status).toBe(200);
    const { code, stdout, stderr } = await command.stop("SIGTERM");
    expect([code, stdout.trim().split("\n").length]).toEqual([0, 1]);
    expect(stdout + stderr).not.toMatch(new RegExp(`${key}|s3cr3t_of_the_shop`));
  });

  it("ends with 2 and a remedy where the configuration is wrong", async () => {
    const config = writeConfig({ apiKeys: [{ id: "bot", sha256: "imf_key", scopes: ["read"] }] });
    const { code, stderr, stdout } = await runBuilt(["serve", "--config", config, "--port", "0"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("apiKeys.0.sha256");
    expect(stderr).not.toContain("imf_key");
  });

  it("makes a secret", async () => {
    const { result } = await runBuilt(["serve", "--new-secret"]);
    expect(result).toEqual({ secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) });
  });

  it("has its targets get a sample by trigger, once each", async () => {
    const taking = await startReceiver();
    const refusing = await startReceiver();
    refusing.receiver.status = 500;
    const secrets = [newDeliverySecret()];
    const target = (name: string, url: string) => ({ name, url, secrets, allowPrivate: true });
    const notes: string[] = [];
    try {
      const config = writeConfig({ deliver: [target("bot", taking.url), target("crm", refusing.url)] });
      const terminal = {
        env: {},
        out: () => {},
        note: (line: string) => void notes.push(line),
        untilStopped: async () => {},
      };
      expect(await triggerCommand.run(["Completed", "--config", config], terminal)).toBe(0);
      expect(notes).toEqual(["crm did not take it: status 500.", "1 of 2 receivers took the event."]);
      const [{ body, headers }] = taking.received as [Received];
      const sent = new Webhook(secrets[0] as string).verify(body, headers as Record<string, string>);
      expect(sent).toMatchObject({ data: { status: "Completed", source: "sample", account: "shop" } });
    } finally {
      await taking.close();
      await refusing.close();
    }
  });

  it("names all packages that are missing", () => {
    const needing = () => requirePeers("serve", ["fastify", "no-such-package-a", "no-such-package-b"]);
    expect(needing).toThrow(UsageError);
    expect(needing).toThrow(/npm install no-such-package-a no-such-package-b$/);
    expect(() => requirePeers("serve", ["fastify"])).not.toThrow();
  });
});
