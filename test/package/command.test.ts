import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type PackedPackage, packAndUnpack, runInProject, startInProject } from "./packed-package.ts";

const credentials = { clientId: "test_packed", clientSecret: "packed_secret" };
const link = { amount: "200", purpose: "Iphone", customerName: "John" };
let packed: PackedPackage;
let folder: string;
let main: string;

beforeAll(() => {
  packed = packAndUnpack();
  folder = mkdtempSync(join(tmpdir(), "command-"));
  main = join(packed.root, packed.manifest.bin["instamojo-flow"] as string);
}, 60_000);
afterAll(() => {
  packed.remove();
  rmSync(folder, { recursive: true, force: true });
});

function writeConfig(baseUrl: string, file = join(folder, "config.json")): string {
  const account = { name: "shop", baseUrl, ...credentials };
  writeFileSync(file, JSON.stringify({ tier: "development", store: "sqlite:./ledger.db", accounts: [account] }));
  return file;
}

const lastLine = (stdout: string): unknown => JSON.parse(stdout.trim().split("\n").at(-1) as string);

describe("the command, installed elsewhere", () => {
  it.each(["start", "simulator", "run", "trigger", "mcp"])("explains %s with --help", async (command) => {
    const { code, stdout, stderr } = await runInProject(packed, { args: [main, command, "--help"] });
    expect(code).toBe(0);
    expect(stdout + stderr).toContain(`instamojo-flow ${command}`);
  });

  it("makes a link in one process with the local Instamojo in another", async () => {
    const { clientId, clientSecret } = credentials;
    const options = ["--port", "0", "--client-id", clientId, "--client-secret", clientSecret, "--salt", "packed_salt"];
    const simulator = await startInProject(packed, [main, "simulator", ...options]);
    try {
      const config = writeConfig(simulator.ready.url as string);
      const input = JSON.stringify(link);
      const args = [main, "run", "generate-payment-link", "--config", config, "--account", "shop", "--input", input];
      const { code, stdout, stderr } = await runInProject(packed, { args });
      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
      expect(lastLine(stdout)).toMatchObject({ port: "success", output: { amount: "200.00" } });
    } finally {
      await simulator.stop();
    }
  });

  it("makes a link from CommonJS, plugin and local Instamojo in one process", async () => {
    const script = `
      const { createPlugin, openSqliteStore, silentLogger } = require("instamojo-flow-nodes");
      const { startSimulator } = require("instamojo-flow-nodes/simulator");
      const manifest = require("instamojo-flow-nodes/manifest.json");
      (async () => {
        const simulator = await startSimulator(${JSON.stringify({ ...credentials, salt: "packed_salt" })});
        const account = { name: "shop", baseUrl: simulator.url, ...${JSON.stringify(credentials)} };
        const store = await openSqliteStore({ file: ":memory:" });
        const host = { tier: "development", accounts: () => [account], store, logger: silentLogger };
        const plugin = await createPlugin(manifest, host);
        const node = plugin.nodes.get("generate-payment-link");
        const result = await node.run({ account: "shop", input: ${JSON.stringify(link)} });
        const held = simulator.ledger().paymentRequests.length;
        await plugin.close();
        await simulator.close();
        console.log(JSON.stringify({ result, held }));
      })();`;
    const { stdout, stderr } = await runInProject(packed, { script, type: "commonjs" });
    expect(stderr).toBe("");
    expect(lastLine(stdout)).toMatchObject({ result: { port: "success", output: { amount: "200.00" } }, held: 1 });
  });

  it("names the missing peer of the MCP server, and ends with 2", async () => {
    const config = writeConfig("http://127.0.0.1:9", join(folder, "agent.json"));
    const { code, stdout, stderr } = await runInProject(packed, { args: [main, "mcp", "--config", config] });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      "The MCP server needs the package @modelcontextprotocol/sdk. Install it with: npm install @modelcontextprotocol/sdk\n",
    );
  });

  it("names the missing peer of the playground, and ends with 2", async () => {
    const { code, stderr } = await runInProject(packed, {
      args: [main, "start", "--port", "0", "--dir", join(folder, "none")],
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/npm install .*(node-red|deep-chat)/);
  });

  it("starts the playground once the peers of the README's one-liner are there", async () => {
    const readme = readFileSync(join(packed.root, "README.md"), "utf8");
    const oneLiner = /npx ((?:(?:-p|--package)[ =]\S+ )+)instamojo-flow start/.exec(readme);
    const names = [...(oneLiner?.[1] ?? "").matchAll(/(?:-p|--package)[ =](\S+)/g)].map(([, name]) => name as string);
    expect(names).toContain("instamojo-flow-nodes");
    for (const name of names.filter((entry) => entry !== "instamojo-flow-nodes"))
      packed.add(name.replace(/(?<=.)@.*$/, ""));
    const playground = await startInProject(packed, [main, "start", "--port", "0", "--dir", join(folder, "data")]);
    try {
      const { ready, canvas, chat, simulator } = playground.ready;
      expect(ready).toBe(true);
      for (const url of [canvas, chat, simulator]) expect((await fetch(url as string)).status).toBe(200);
    } finally {
      await playground.stop();
    }
  }, 30_000);
});
