import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { watchDamage } from "../../src/payments/watch-damage.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { openSqliteStoreHere } from "../../src/store/sqlite-store-here.ts";
import type { Store } from "../../src/store/store.ts";
import { manualClock } from "../helpers/manual-clock.ts";
import { messageRow, requestRow, takerRow } from "./sample-rows.ts";
import { faultOf } from "./store-case.ts";

let folder: string;
let store: Store;

/** Changes the bytes of a row behind the ledger's back. */
function damage(sql: string): void {
  const database = new DatabaseSync(join(folder, "ledger.db"));
  database.exec(sql);
  database.close();
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "instamojo-damage-"));
  store = openSqliteStoreHere(join(folder, "ledger.db"));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a damaged row", () => {
  it.each(['\'{"id":"m-0\'', "'null'", "'7'", "''"])("that reads %s stops only itself", async (text) => {
    for (let index = 0; index < 10; index += 1) {
      await store.recordMessage(messageRow({ id: `m-${index}`, nextAt: index }));
    }
    damage(`UPDATE messages SET row = ${text} WHERE id IN ('m-0', 'm-1', 'm-2')`);
    const due = async (limit: number) => (await store.dueMessages(1_000, limit)).map(({ id }) => id);
    expect(await due(2)).toEqual(["m-3", "m-4"]);
    expect(await due(100)).toEqual(["m-3", "m-4", "m-5", "m-6", "m-7", "m-8", "m-9"]);
    expect(await store.damagedRows()).toEqual({ messages: 3 });
  });

  it("is refused where it is asked for by name, and says what to do", async () => {
    await store.addRequest(requestRow());
    await store.addRequest(requestRow({ tag: "b".repeat(32), key: "another", paymentRequestId: null }));
    damage(`UPDATE requests SET row = '{' WHERE tag = '${requestRow().tag}'`);
    const fault = await faultOf(() => store.requestByTag(requestRow().tag));
    expect(fault).toMatchObject({ code: "store_unavailable", retryable: false });
    expect(fault.message).toBe("A row of the ledger is damaged.");
    expect((await store.requestByTag("b".repeat(32)))?.key).toBe("another");
  });

  it("of a taker does not keep the others from their events", async () => {
    await store.saveTaker(takerRow({ id: "good" }));
    await store.saveTaker(takerRow({ id: "bad" }));
    damage("UPDATE takers SET row = '{' WHERE id = 'bad'");
    expect(await store.takers()).toEqual([takerRow({ id: "good" })]);
  });

  it("is said aloud once, and again only when there are more", async () => {
    const clock = manualClock(0);
    const told: unknown[] = [];
    let rows: Record<string, number> = {};
    const stop = watchDamage({
      store: { damagedRows: async () => rows },
      clock,
      logger: { ...silentLogger, error: (message, fields) => told.push([message, fields]) },
    });
    const minute = () => clock.advance(60_000);
    await minute();
    expect(told).toEqual([]);
    rows = { messages: 2 };
    await minute();
    await minute();
    expect(told).toEqual([[expect.stringContaining("damaged"), { count: 2, cause: "messages" }]]);
    rows = { messages: 2, takers: 1 };
    await minute();
    expect(told).toHaveLength(2);
    stop();
  });
});
