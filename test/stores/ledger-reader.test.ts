import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openLedgerReader } from "../../src/store/ledger-reader.ts";
import { openSqliteStoreHere } from "../../src/store/sqlite-store-here.ts";
import type { Store } from "../../src/store/store.ts";
import { messageRow, requestRow } from "./sample-rows.ts";
import { faultOf } from "./store-case.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "instamojo-reader-"));
  file = join(folder, "led ger?#.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a reader of the ledger", () => {
  it("sees what the owner has answered, the moment it was answered", async () => {
    const owner = openSqliteStoreHere(file);
    const reader = openLedgerReader(file);
    expect(await reader.requestByTag(requestRow().tag)).toBeNull();
    await owner.addRequest(requestRow());
    expect(await reader.requestByTag(requestRow().tag)).toEqual(requestRow());
    expect((await reader.snapshot(requestRow().tag))?.request).toEqual(requestRow());
    await owner.close();
    expect(await reader.requestByTag(requestRow().tag)).toEqual(requestRow());
  });

  it("does not hold the owner up, and makes no file beside the ledger", async () => {
    const owner = openSqliteStoreHere(file);
    const names = readdirSync(folder);
    const reader = openLedgerReader(file);
    const reads = Promise.all(Array.from({ length: 20 }, () => reader.dueMessages(1_000, 10)));
    await owner.recordMessage(messageRow());
    await reads;
    expect(await reader.dueMessages(1_000, 10)).toEqual([messageRow()]);
    expect(readdirSync(folder)).toEqual(names);
    await owner.close();
    const closed = readdirSync(folder);
    expect(await reader.dueMessages(1_000, 10)).toEqual([messageRow()]);
    expect(readdirSync(folder)).toEqual(closed);
  });

  it("sees what a crashed owner left in its log", async () => {
    const owner = openSqliteStoreHere(file);
    await owner.recordMessage(messageRow());
    const left = join(folder, "left.db");
    for (const ending of ["", "-wal", "-shm"]) copyFileSync(file + ending, left + ending);
    await owner.close();
    expect(await openLedgerReader(left).dueMessages(1_000, 10)).toEqual([messageRow()]);
  });

  it("writes nothing, whatever it is asked", async () => {
    await openSqliteStoreHere(file).close();
    const reader = openLedgerReader(file) as Store;
    expect((await faultOf(() => reader.recordMessage(messageRow()))).message).toBe("The ledger was opened to be read.");
    expect(await reader.dueMessages(1_000, 10)).toEqual([]);
  });

  it("says that there is no ledger, and makes none", async () => {
    expect((await faultOf(() => openLedgerReader(file).takers())).message).toBe("There is no ledger here.");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses a ledger of another version", async () => {
    await openSqliteStoreHere(file).close();
    const raise = new DatabaseSync(file);
    raise.exec("PRAGMA user_version = 99");
    raise.close();
    expect((await faultOf(() => openLedgerReader(file).takers())).message).toContain("another version");
  });
});
