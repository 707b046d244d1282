import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openSqliteStoreHere } from "../../src/store/sqlite-store-here.ts";
import type { Store } from "../../src/store/store.ts";
import { messageRow, requestRow } from "./sample-rows.ts";
import { faultOf, ledgerOf } from "./store-case.ts";
import { storeContract } from "./store-contract.ts";

let folder: string;
const open: Store[] = [];
const fileOf = (name = "ledger.db") => join(folder, name);

/** In this thread: what the thread around it adds has tests of its own. */
async function opened(file = fileOf()): Promise<Store> {
  const store = openSqliteStoreHere(file);
  open.push(store);
  return store;
}

const newLedger = () => ledgerOf(() => opened());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "instamojo-ledger-"));
});
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a SQLite store", () => {
  it.each(storeContract)("$says", async ({ prove }) => {
    expect.hasAssertions();
    await prove(await newLedger());
  });

  it("says each promise once", () => {
    const sentences = storeContract.map(({ says }) => says);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it("can be closed twice", async () => {
    const store = await opened();
    await store.close();
    await expect(store.close()).resolves.toBeUndefined();
  });

  it("refuses every use after it was closed", async () => {
    const store = await opened();
    await store.close();
    expect((await faultOf(() => store.recordMessage(messageRow()))).code).toBe("store_unavailable");
    expect((await faultOf(() => store.dueMessages(0, 1))).code).toBe("store_unavailable");
  });

  it("in memory is gone when it is closed", async () => {
    const first = await opened(":memory:");
    await first.recordMessage(messageRow());
    expect(await first.dueMessages(1_000, 1)).toHaveLength(1);
    expect(await (await opened(":memory:")).dueMessages(1_000, 1)).toEqual([]);
  });
});

describe("the file of a SQLite store", () => {
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

  it("and everything beside it is for its owner only, whatever the umask", async () => {
    const before = process.umask(0);
    try {
      const store = await opened(fileOf("new/folder/ledger.db"));
      await store.recordMessage(messageRow());
      const names = readdirSync(fileOf("new/folder"));
      expect(names).toContain("ledger.db");
      expect(names.map((name) => modeOf(fileOf(`new/folder/${name}`)))).toEqual(names.map(() => "600"));
      expect(modeOf(fileOf("new/folder"))).toBe("700");
    } finally {
      process.umask(before);
    }
  });

  it("loses the rights that others had on it", async () => {
    writeFileSync(fileOf(), "", { mode: 0o666 });
    await opened();
    expect(modeOf(fileOf())).toBe("600");
  });

  it("looks callback tokens up by something that is not the token", async () => {
    const store = await opened();
    await store.openAccount({ name: "shop", environment: "test", clientId: "test_one" }, "a-token-of-32-bytes");
    await store.close();
    const database = new DatabaseSync(fileOf());
    const row = database.prepare("SELECT token FROM accounts").get();
    database.close();
    expect(String(row?.token)).not.toContain("a-token-of-32-bytes");
    expect(row?.token).toBe("ed11b4590236df94e7aff475f29164cafd8d2dbfeca0357b9306d37b6384d6d0");
  });

  it("holds a message the moment its recording resolves, with nothing closed", async () => {
    const store = await opened();
    await store.recordMessage(messageRow());
    for (const name of readdirSync(folder)) copyFileSync(fileOf(name), fileOf(`left-behind-${name}`));
    const leftBehind = await opened(fileOf("left-behind-ledger.db"));
    expect(await leftBehind.dueMessages(1_000, 10)).toEqual([messageRow()]);
  });

  it("is refused to a second opener of this process until the first one closes", async () => {
    const first = await opened();
    const fault = await faultOf(() => opened());
    expect(fault).toMatchObject({ code: "store_unavailable", retryable: true, outcome: "not-applied" });
    expect(fault.message).toBe("The ledger is in use by another process.");
    await first.close();
    await expect(opened()).resolves.toBeDefined();
  });

  it("is refused to another process, which is told why, and the owner goes on", async () => {
    const store = await opened();
    await store.addRequest(requestRow());
    // A vain opener of this process must not drop the lock of the one that has it.
    await faultOf(() => opened());
    const module = fileURLToPath(new URL("../../src/store/sqlite-store.ts", import.meta.url));
    const program = `
      const { openSqliteStore } = await import(${JSON.stringify(pathToFileURL(module).href)});
      const answer = await openSqliteStore({ file: ${JSON.stringify(fileOf())} }).then(
        () => ({ code: "opened" }),
        ({ name, code, message, remedy }) => ({ name, code, message, remedy }),
      );
      console.log(JSON.stringify(answer));`;
    const child = spawnSync(process.execPath, ["--no-warnings", "--input-type=module", "--eval", program], {
      encoding: "utf8",
    });
    expect(child.stderr).toBe("");
    expect(JSON.parse(child.stdout)).toEqual({
      name: "FlowError",
      code: "store_unavailable",
      message: "The ledger is in use by another process.",
      remedy: "Stop the other process, or give this one a ledger of its own.",
    });
    expect(await store.requestByTag(requestRow().tag)).toEqual(requestRow());
    await store.recordMessage(messageRow());
  });

  it("of a newer version is refused, says so and stays as it is", async () => {
    await (await opened()).close();
    const raise = new DatabaseSync(fileOf());
    raise.exec("PRAGMA user_version = 99");
    raise.close();
    const fault = await faultOf(() => opened());
    expect(fault.code).toBe("store_unavailable");
    expect(fault.message).toContain("newer version");
    const database = new DatabaseSync(fileOf());
    expect(database.prepare("PRAGMA user_version").get()?.user_version).toBe(99);
    database.close();
  });

  it.each([
    ["below a regular file", (file: string) => join(file, "ledger.db")],
    ["that is no ledger", (file: string) => file],
    ["that is a folder", () => folder],
  ])("%s is refused with store_unavailable and left alone", async (_, pathOf) => {
    const file = fileOf("letter.txt");
    writeFileSync(file, "Dear reader, this is a letter and no ledger. ".repeat(50));
    const fault = await faultOf(() => opened(pathOf(file)));
    expect(fault).toMatchObject({ code: "store_unavailable", retryable: true, outcome: "not-applied" });
    expect(fault.cause).toBeDefined();
    expect(readFileSync(file, "utf8")).toMatch(/^Dear reader/);
  });
});
