import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openDatabase, type SqliteDatabase } from "../../src/store/sqlite-database.ts";
import { openToWrite } from "../../src/store/sqlite-file.ts";
import { faultOf } from "./store-case.ts";

let folder: string;
const open: { close(): void }[] = [];
const fileOf = (name = "ledger.db") => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "instamojo-database-"));
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A connection on which every statement given to `exec` is seen, and may be made to fail, before it runs. */
function watched(before: (sql: string) => void) {
  return (file: string): DatabaseSync => {
    const database = openToWrite(file);
    const exec = database.exec.bind(database);
    database.exec = (sql) => {
      before(sql);
      exec(sql);
    };
    return database;
  };
}

function opened(options: Parameters<typeof openDatabase>[1] = {}, file = fileOf()): SqliteDatabase {
  const database = openDatabase(file, options);
  open.push(database);
  return database;
}

const insert = (database: SqliteDatabase, id: string, text = "{}") =>
  database.write(() => database.run("INSERT INTO takers (id, row) VALUES (:id, :row)", { id, row: text }));
const ids = (database: SqliteDatabase) =>
  database.read(() => database.all("SELECT id FROM takers ORDER BY id").map(({ id }) => id));

/** An error as `node:sqlite` throws it. */
const sqliteError = (errcode: number) => Object.assign(new Error("disk I/O error"), { errcode });
/** SQLITE_IOERR_FSYNC: the disk did not take what it was told to keep. */
const syncFailed = 10 | (4 << 8);

describe("group commit", () => {
  it("gives the writes of one turn one commit, and each its own result", async () => {
    const seen: string[] = [];
    const database = opened({ connect: watched((sql) => seen.push(sql)) });
    const results = await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        database.write(() => {
          database.run("INSERT INTO takers (id, row) VALUES (:id, '{}')", { id: `t${index}` });
          return index;
        }),
      ),
    );
    expect(results).toEqual(Array.from({ length: 500 }, (_, index) => index));
    expect(seen.filter((sql) => sql === "COMMIT")).toHaveLength(1);
    expect(await ids(database)).toHaveLength(500);
  });

  it("serves at most a thousand with one commit", async () => {
    const seen: string[] = [];
    const database = opened({ connect: watched((sql) => seen.push(sql)) });
    await Promise.all(Array.from({ length: 2_500 }, (_, index) => insert(database, `t${index}`)));
    expect(seen.filter((sql) => sql === "COMMIT")).toHaveLength(3);
    expect(await ids(database)).toHaveLength(2_500);
  });

  it("undoes work that fails as a whole, and nothing of the others", async () => {
    const database = opened();
    const results = await Promise.allSettled([
      insert(database, "a"),
      database.write(() => {
        database.run("INSERT INTO takers (id, row) VALUES ('half', '{}')");
        database.run("INSERT INTO takers (id, row) VALUES ('a', '{}')");
      }),
      database.write(() => {
        database.run("INSERT INTO takers (id, row) VALUES ('thrown', '{}')");
        throw new Error("changed its mind");
      }),
      insert(database, "b"),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect(await ids(database)).toEqual(["a", "b"]);
  });

  it("answers no write before the commit", async () => {
    const order: string[] = [];
    const database = opened({ connect: watched((sql) => order.push(sql)) });
    await Promise.all([
      insert(database, "a").then(() => order.push("answered")),
      insert(database, "b").then(() => order.push("answered")),
    ]);
    expect(order.slice(order.indexOf("COMMIT"))).toEqual(["COMMIT", "answered", "answered"]);
  });

  it("shows a read nothing of a write that is not answered yet", async () => {
    const database = opened();
    const write = insert(database, "a");
    expect(await ids(database)).toEqual([]);
    await write;
    expect(await ids(database)).toEqual(["a"]);
  });

  it("does what was asked for before it closes", async () => {
    const database = opened();
    const writes = Array.from({ length: 1_500 }, (_, index) => insert(database, `t${index}`));
    database.close();
    await Promise.all(writes);
    expect(await ids(opened())).toHaveLength(1_500);
  });
});

describe("a commit that fails", () => {
  it("rejects the whole group, opens the file anew, checks it and works again", async () => {
    let fails = false;
    const opens: DatabaseSync[] = [];
    const connect = watched((sql) => {
      if (sql === "COMMIT" && fails) throw sqliteError(syncFailed);
    });
    const database = opened({
      connect(file) {
        const connection = connect(file);
        opens.push(connection);
        return connection;
      },
    });
    await insert(database, "before");
    fails = true;
    const results = await Promise.allSettled([insert(database, "a"), insert(database, "b")]);
    expect(results.map((result) => result.status === "rejected" && result.reason.code)).toEqual([
      "store_unavailable",
      "store_unavailable",
    ]);
    expect(opens[0]?.isOpen).toBe(false);
    fails = false;
    const checked: string[] = [];
    const prepare = DatabaseSync.prototype.prepare;
    DatabaseSync.prototype.prepare = function (sql, ...rest) {
      checked.push(sql);
      return prepare.call(this, sql, ...rest);
    };
    try {
      expect(await ids(database)).toEqual(["before"]);
    } finally {
      DatabaseSync.prototype.prepare = prepare;
    }
    expect(checked).toContain("PRAGMA quick_check(1)");
    expect(opens).toHaveLength(2);
    await insert(database, "after");
    expect(await ids(database)).toEqual(["after", "before"]);
  });

  it("refuses a file that the check finds damaged, until it is whole again", async () => {
    let now = 0;
    let fails = false;
    const connect = watched((sql) => {
      if (sql === "COMMIT" && fails) throw sqliteError(syncFailed);
    });
    const database = opened({ connect, now: () => now });
    for (let index = 0; index < 200; index += 1) await insert(database, `t${index}`, "x".repeat(500));
    fails = true;
    await faultOf(() => insert(database, "a"));
    fails = false;
    renameSync(fileOf(), fileOf("whole"));
    writeFileSync(fileOf(), "no ledger at all ".repeat(1_000));
    expect((await faultOf(() => ids(database))).code).toBe("store_unavailable");
    rmSync(fileOf());
    renameSync(fileOf("whole"), fileOf());
    expect((await faultOf(() => ids(database))).message).toBe("The ledger failed a moment ago.");
    now += 1_000;
    expect(await ids(database)).toHaveLength(200);
  });

  it("for want of room leaves the file open, and the first write with room again succeeds", async () => {
    let connections = 0;
    let connection: DatabaseSync | undefined;
    const database = opened({
      connect(file) {
        connections += 1;
        connection = openToWrite(file);
        return connection;
      },
    });
    await insert(database, "before");
    const pages = Number(connection?.prepare("PRAGMA page_count").get()?.page_count);
    connection?.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const big = JSON.stringify({ text: "x".repeat(100_000) });
    const results = await Promise.allSettled([insert(database, "big", big), insert(database, "small")]);
    expect(results[0]).toMatchObject({
      status: "rejected",
      reason: { code: "store_unavailable", message: "There is no room for the ledger." },
    });
    expect((await ids(database)).includes("small")).toBe(results[1]?.status === "fulfilled");
    connection?.exec("PRAGMA max_page_count = 1000000");
    await insert(database, "big", big);
    expect(await ids(database)).toEqual(expect.arrayContaining(["before", "big"]));
    expect(connections).toBe(1);
  });

  it("because another process holds the lock does not hinder reads, and the next one succeeds", async () => {
    const database = opened({
      connect(file) {
        const connection = openToWrite(file);
        connection.exec("PRAGMA busy_timeout = 0");
        return connection;
      },
    });
    await insert(database, "before");
    const other = new DatabaseSync(fileOf());
    open.push(other);
    other.exec("BEGIN IMMEDIATE");
    for (let second = 0; second < 30; second += 1) {
      const fault = await faultOf(() => insert(database, `at-${second}`));
      expect(fault.message).toBe("The ledger is in use by another process.");
      expect(await ids(database)).toEqual(["before"]);
    }
    other.exec("COMMIT");
    await insert(database, "after");
    expect(await ids(database)).toEqual(["after", "before"]);
  });
});

describe("a file that is taken away", () => {
  it("is not written any more, nor made anew as an empty one", async () => {
    let now = 0;
    const database = opened({ now: () => now });
    await insert(database, "a");
    renameSync(fileOf(), fileOf("elsewhere"));
    expect((await faultOf(() => insert(database, "b"))).code).toBe("store_unavailable");
    expect((await faultOf(() => insert(database, "c"))).code).toBe("store_unavailable");
    renameSync(fileOf("elsewhere"), fileOf());
    now += 1_000;
    await insert(database, "d");
    expect(await ids(database)).toEqual(["a", "d"]);
  });
});

describe("values at their limits", () => {
  it("are kept exactly or refused, and never bent", async () => {
    const database = opened();
    const at = (nextAt: number) =>
      database.write(() =>
        database.run("INSERT INTO messages (id, next_at, row) VALUES (:id, :at, '{}')", {
          id: String(nextAt),
          at: nextAt,
        }),
      );
    await at(Number.MAX_SAFE_INTEGER);
    await at(Number.MIN_SAFE_INTEGER);
    expect((await faultOf(() => at(0.5))).code).toBe("store_unavailable");
    const kept = await database.read(() => database.all("SELECT next_at FROM messages ORDER BY next_at"));
    expect(kept.map(({ next_at }) => next_at)).toEqual([Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
  });

  it("of text come back as they were, zeros and halves of characters included", async () => {
    const database = opened();
    const texts = ["\u0000after zero", "half \ud800", "हिन्दी ₹", "\u2028", "x".repeat(2_000_000), "__proto__"];
    const row = { texts, nested: JSON.parse('{"__proto__":{"polluted":true}}') };
    await insert(database, "a", JSON.stringify(row));
    const back = JSON.parse(String((await database.read(() => database.get("SELECT row FROM takers")))?.row));
    expect(back.texts).toEqual(texts);
    expect(Object.keys(back.nested)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
