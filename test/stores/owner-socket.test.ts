import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { FlowError } from "../../src/runtime/errors.ts";
import { callOwner, type OwnerCommands, type OwnerServer, serveOwner } from "../../src/store/owner-socket.ts";
import { faultOf } from "./store-case.ts";

let folder: string;
let file: string;
const open: OwnerServer[] = [];

async function served(commands: OwnerCommands): Promise<OwnerServer> {
  const owner = await serveOwner(file, commands);
  open.push(owner);
  return owner;
}

/** What the owner says to these bytes; "" when it hangs up without a word. */
function say(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(`${file}.sock`, () => socket.write(bytes));
    socket.on("data", (chunk) => {
      heard += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(heard));
  });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "instamojo-owner-"));
  chmodSync(folder, 0o755);
  file = join(folder, "ledger.db");
});
afterEach(async () => {
  for (const owner of open.splice(0)) await owner.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the socket of the ledger's owner", () => {
  it("hands a command and its arguments to the owner, and the result back", async () => {
    await served({ redeliver: async (args) => ({ did: args }) });
    expect(await callOwner(file, "redeliver", { eventId: "evt_1\n ₹" })).toEqual({
      kind: "answer",
      result: { did: { eventId: "evt_1\n ₹" } },
    });
  });

  it("says null where the command has nothing to say", async () => {
    await served({ quiet: async () => {} });
    expect(await callOwner(file, "quiet")).toEqual({ kind: "answer", result: null });
  });

  it("throws what the owner refused with, complete", async () => {
    const refusal = new FlowError("not_found", "There is no such event.", { remedy: "Look again." });
    await served({
      redeliver: async () => {
        throw refusal;
      },
    });
    expect((await faultOf(() => callOwner(file, "redeliver"))).toJSON()).toEqual(refusal.toJSON());
  });

  it("tells nothing of a fault that was not meant for others", async () => {
    await served({
      broken: async () => {
        throw new Error("secret_1234");
      },
    });
    const fault = await faultOf(() => callOwner(file, "broken"));
    expect(fault.code).toBe("internal_error");
    expect(JSON.stringify(fault)).not.toContain("secret_1234");
  });

  it.each(["unknown", "constructor", "__proto__", "toString"])("knows no command %s", async (command) => {
    await served({ known: async () => {} });
    expect((await faultOf(() => callOwner(file, command))).message).toBe(
      "The owner of the ledger knows no such command.",
    );
  });

  it.each([
    ["no JSON", "redeliver\n"],
    ["no object", "[]\n"],
    ["null", "null\n"],
    ["no arguments", '{"command":"known"}\n'],
    ["arguments in a list", '{"command":"known","args":[]}\n'],
  ])("refuses a line that is %s", async (_, line) => {
    await served({ known: async () => "done" });
    expect(JSON.parse(await say(line))).toMatchObject({ error: { code: "invalid_input" } });
  });

  it("hangs up on a line that is too long, and goes on", async () => {
    await served({ known: async () => "done" });
    expect(await say("x".repeat(70_000))).toBe("");
    expect(await callOwner(file, "known")).toEqual({ kind: "answer", result: "done" });
  });

  it("refuses to send what is too large", async () => {
    await served({ known: async () => "done" });
    const fault = await faultOf(() => callOwner(file, "known", { text: "x".repeat(70_000) }));
    expect(fault.code).toBe("invalid_input");
  });

  it("takes many callers at once and answers each of them", async () => {
    await served({ echo: async ({ index }) => index });
    const results = await Promise.all(Array.from({ length: 10 }, (_, index) => callOwner(file, "echo", { index })));
    expect(results.map((answer) => answer.kind === "answer" && answer.result)).toEqual([...Array(10).keys()]);
  });

  it("is for the ledger's user only, and leaves nothing else in the folder", async () => {
    await served({});
    expect(readdirSync(folder)).toEqual(["ledger.db.sock"]);
    expect((statSync(`${file}.sock`).mode & 0o777).toString(8)).toBe("600");
  });

  it("is gone with the owner, and nobody answers then", async () => {
    const owner = await served({ known: async () => "done" });
    await owner.close();
    expect(existsSync(`${file}.sock`)).toBe(false);
    expect(await callOwner(file, "known")).toEqual({ kind: "no-owner" });
  });

  it("answers the commands under way before it closes", async () => {
    let finish = () => {};
    let begun = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const owner = await served({
      slow: () =>
        new Promise((resolve) => {
          finish = () => resolve("done");
          begun();
        }),
    });
    const answer = callOwner(file, "slow");
    await hasBegun;
    const closed = owner.close();
    finish();
    expect(await answer).toEqual({ kind: "answer", result: "done" });
    await closed;
  });

  it("left by a crash counts as no owner, and the next owner takes its place", async () => {
    const { spawnSync } = await import("node:child_process");
    const program = `
      const { createServer } = require("node:net");
      createServer().listen(${JSON.stringify(`${file}.sock`)}, () => process.kill(process.pid, "SIGKILL"));`;
    spawnSync(process.execPath, ["--eval", program]);
    expect(existsSync(`${file}.sock`)).toBe(true);
    expect(await callOwner(file, "known")).toEqual({ kind: "no-owner" });
    await served({ known: async () => "done" });
    expect(await callOwner(file, "known")).toEqual({ kind: "answer", result: "done" });
  });

  it("says that nobody knows what came of a command when the owner breaks off", async () => {
    const { createServer } = await import("node:net");
    const server = createServer((socket) => socket.once("data", () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(`${file}.sock`, resolve));
    const fault = await faultOf(() => callOwner(file, "known"));
    expect(fault).toMatchObject({ code: "store_unavailable", outcome: "unknown" });
    await new Promise((resolve) => server.close(resolve));
  });

  it("says so where the path of the ledger is too long for a socket", async () => {
    folder = join(folder, "a".repeat(100));
    mkdirSync(folder);
    file = join(folder, "ledger.db");
    expect((await faultOf(() => serveOwner(file, {}))).message).toContain("too long for a socket");
    expect(await callOwner(file, "known")).toEqual({ kind: "no-owner" });
  });
});
