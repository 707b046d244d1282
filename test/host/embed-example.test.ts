import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "@jest/globals";
import { localClientId, localClientSecret, startSimulator } from "../../src/simulator/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The example of docs/embed.md, as a reader copies it. */
function exampleText(): string {
  const guide = readFileSync(join(root, "docs/embed.md"), "utf8");
  const block = /<!-- test\/host\/embed-example\.test\.ts runs this block -->\n\n```js\n([\s\S]+?)```/.exec(guide);
  return block?.[1] ?? "";
}

/** Runs the example as a program of its own, in a folder of the checkout so that the package's name leads here. */
function runExample(environment: Record<string, string>): { lines: AsyncIterator<string>; errors: () => string } {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache", "embed-"));
  writeFileSync(join(folder, "host.mjs"), exampleText());
  const child: ChildProcess = spawn(process.execPath, ["host.mjs"], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  closers.push(async () => {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  let errors = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  return { lines: createInterface({ input: child.stdout! })[Symbol.asyncIterator](), errors: () => errors };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

async function startShop() {
  const simulator = await startSimulator({ port: 0 });
  closers.push(() => simulator.close());
  const pay = (paymentRequestId: string, outcome: string) =>
    fetch(`${simulator.url}/__simulator__/pay`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ paymentRequestId, outcome }),
    });
  const account = { BASE_URL: simulator.url, CLIENT_ID: localClientId, CLIENT_SECRET: localClientSecret };
  return { simulator, pay, account };
}

/** Runs the example up to the link that it prints. */
async function linkOf(environment: Record<string, string>) {
  const { lines, errors } = runExample(environment);
  const { value } = await lines.next();
  expect(errors()).toBe("");
  const paymentRequestId = /^c-1: please pay http:\S+\/([0-9a-f]{32})$/.exec(String(value))?.[1] ?? "";
  expect(paymentRequestId).toHaveLength(32);
  return { lines, paymentRequestId };
}

describe("the host in the guide for engineers", () => {
  it("is a complete host in about thirty lines", () => {
    const code = exampleText()
      .split("\n")
      .filter((line) => line.trim() !== "");
    expect(code.length).toBeGreaterThan(20);
    expect(code.length).toBeLessThanOrEqual(36);
  });

  it("makes a link and hears of its payment in the same conversation, called by Instamojo", async () => {
    const { simulator, pay, account } = await startShop();
    const port = await freePort();
    const { lines, paymentRequestId } = await linkOf({
      ...account,
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
    });
    expect((await pay(paymentRequestId, "success")).status).toBe(200);
    expect((await lines.next()).value).toBe("c-1: Completed 200.00");
    const ledger = await (await fetch(`${simulator.url}/__simulator__/ledger`)).text();
    expect(ledger).toContain(`http://127.0.0.1:${port}/integrations/instamojo/shop?id=`);
  });

  it("makes a link and hears of its payment without a public address, of a failed attempt too", async () => {
    const { pay, account } = await startShop();
    const { lines, paymentRequestId } = await linkOf({ ...account, PORT: String(await freePort()) });
    expect((await pay(paymentRequestId, "failure")).status).toBe(200);
    expect((await lines.next()).value).toBe("c-1: Failed 200.00");
    expect((await pay(paymentRequestId, "success")).status).toBe(200);
    expect((await lines.next()).value).toBe("c-1: Completed 200.00");
  });

  it("says what to do when the credentials are wrong", async () => {
    const { account } = await startShop();
    const { lines } = runExample({ ...account, CLIENT_SECRET: "test_wrong", PORT: String(await freePort()) });
    expect((await lines.next()).value).toMatch(/^c-1: .*[Cc]lient (id|secret).*docs\/connect-instamojo\.md/);
  });
});
