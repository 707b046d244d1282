import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { callOwner } from "../../src/store/owner-socket.ts";
import { startPluginHost } from "../helpers/plugin-host.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "instamojo-commands-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a plugin whose ledger is a file", () => {
  it("takes commands of other processes while it runs, and no longer", async () => {
    const file = join(folder, "ledger.db");
    const host = await startPluginHost({ storeFile: file, host: { ledgerFile: file } });
    try {
      expect(await callOwner(file, "ping")).toEqual({ kind: "answer", result: { pid: process.pid } });
    } finally {
      await host.close();
    }
    expect(await callOwner(file, "ping")).toEqual({ kind: "no-owner" });
    expect(existsSync(`${file}.sock`)).toBe(false);
  });

  it("works without the socket when it cannot be made, and says so", async () => {
    const file = join(folder, "a".repeat(100), "ledger.db");
    const warned: string[] = [];
    const logger = { debug() {}, info() {}, warn: (message: string) => warned.push(message), error() {} };
    const host = await startPluginHost({ storeFile: file, host: { ledgerFile: file, logger } });
    expect(warned).toEqual([expect.stringContaining("Commands of other processes cannot be taken")]);
    await host.close();
  });
});
