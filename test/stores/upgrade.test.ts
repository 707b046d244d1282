import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { migrations } from "../../src/store/sqlite-schema.ts";
import { openSqliteStoreHere } from "../../src/store/sqlite-store-here.ts";
import { eventRow, messageRow, requestRow, shopAccount } from "./sample-rows.ts";

let file: string;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "instamojo-upgrade-"));
  file = join(folder, "ledger.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A ledger as it was before links had a mark for being open, with one damaged row of each kind. */
function writeOlderLedger(): void {
  const older = new DatabaseSync(file);
  older.exec("PRAGMA journal_mode = WAL");
  for (const migration of migrations.slice(0, 2)) older.exec(migration);
  older.exec("PRAGMA user_version = 2");
  const request = older.prepare(
    `INSERT INTO requests (tag, account, environment, generation, key, is_current, payment_request_id, version, row)
     VALUES (?, 'shop', 'test', 1, ?, 1, ?, 1, ?)`,
  );
  const link = (digit: string, changes: Parameters<typeof requestRow>[0]) => {
    const row = requestRow({ tag: digit.repeat(32), key: digit, paymentRequestId: digit.repeat(32), ...changes });
    request.run(row.tag, row.key, row.paymentRequestId, JSON.stringify(row));
  };
  link("1", {});
  link("2", { status: "Completed" });
  link("3", { status: "Completed", input: { allowRepeatedPayments: true } });
  link("4", { stage: "refused" });
  request.run("5".repeat(32), "5", "5".repeat(32), '{"stage":"op');
  const message = older.prepare("INSERT INTO messages (id, next_at, row) VALUES (?, NULL, ?)");
  message.run("m-1", JSON.stringify(messageRow({ state: "quarantined" })));
  message.run("m-2", '{"id":"m-');
  older.exec("INSERT INTO held_messages (id) VALUES ('m-1'), ('m-2')");
  const event = older.prepare("INSERT INTO events (id, tag, sequence, row) VALUES (?, ?, ?, ?)");
  const unclaimed = eventRow({ tag: "2".repeat(32), unclaimed: "no-taker" });
  event.run(unclaimed.id, unclaimed.tag, 1, JSON.stringify(unclaimed));
  older.close();
}

it("finds in an older ledger the open links, what is held of a payment and the unclaimed events", async () => {
  writeOlderLedger();
  const store = openSqliteStoreHere(file);
  expect(await store.countOpenLinks()).toBe(2);
  expect(await store.heldMessages(shopAccount, messageRow().paymentId as string)).toMatchObject([{ id: "m-1" }]);
  expect((await store.undelivered(1)).unclaimed).toEqual({ "no-taker": 1, inactive: 0 });
  await store.close();
});
