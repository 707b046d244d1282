import { spawnSync } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import pg from "pg";
import { openPostgres, type Statements } from "../../src/store/postgres/database.ts";
import { createMessageBatches } from "../../src/store/postgres/message-batches.ts";
import { openPostgresStore } from "../../src/store/postgres/postgres-store.ts";
import type { Store } from "../../src/store/store.ts";
import { type PostgresServer, startPostgres } from "../helpers/postgres-server.ts";
import { messageRow, requestRow, takerRow } from "./sample-rows.ts";
import { faultOf, ledgerOf } from "./store-case.ts";
import { storeContract } from "./store-contract.ts";

let server: PostgresServer;
/** A ledger that is empty before each test. */
let url: string;
const open: Store[] = [];

async function opened(address = url): Promise<Store> {
  const store = await openPostgresStore({ url: address });
  open.push(store);
  return store;
}

const newLedger = () => ledgerOf(() => opened());

beforeAll(async () => {
  server = await startPostgres({ settings: ["fsync=off"] });
  url = await server.createDatabase();
  await (await openPostgresStore({ url })).close();
}, 60_000);
beforeEach(() => server.emptyLedger(url));
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
});
afterAll(() => server.stop());

describe("a PostgreSQL store", () => {
  it.each(storeContract)("$says", async ({ prove }) => {
    expect.hasAssertions();
    await prove(await newLedger());
  });

  it("can be closed twice", async () => {
    const { store } = await newLedger();
    await store.close();
    await expect(store.close()).resolves.toBeUndefined();
  });

  it("refuses every use after it was closed", async () => {
    const { store } = await newLedger();
    await store.close();
    expect((await faultOf(() => store.recordMessage(messageRow()))).code).toBe("store_unavailable");
    expect((await faultOf(() => store.dueMessages(0, 1))).code).toBe("store_unavailable");
  });
});

describe("the tables of a PostgreSQL store", () => {
  it("are made once where many processes open an empty database at the same moment", async () => {
    const fresh = await server.createDatabase();
    const stores = await Promise.all(Array.from({ length: 5 }, () => opened(fresh)));
    await stores[0]?.recordMessage(messageRow());
    expect(await stores[4]?.messageById("m-1")).toEqual(messageRow());
    expect(await server.query(fresh, "SELECT version > 0 AS is_made FROM instamojo.ledger_version")).toEqual([
      { is_made: true },
    ]);
  });

  it("of a newer version are refused, say so and stay as they are", async () => {
    const [known] = await server.query(url, "SELECT version::int FROM instamojo.ledger_version");
    await server.query(url, "UPDATE instamojo.ledger_version SET version = 99");
    const fault = await faultOf(() => opened());
    expect(fault).toMatchObject({ code: "store_unavailable", retryable: false });
    expect(fault.message).toContain("newer version");
    expect(await server.query(url, "SELECT version::int FROM instamojo.ledger_version")).toEqual([{ version: 99 }]);
    await server.query(url, `UPDATE instamojo.ledger_version SET version = ${known?.version}`);
  });

  it("are in a schema of their own, whatever else the database has under the same names", async () => {
    const fresh = await server.createDatabase();
    await server.query(
      fresh,
      "CREATE TABLE public.messages (id text); CREATE TABLE public.ledger_version (version text)",
    );
    await server.query(fresh, "ALTER ROLE postgres SET search_path = public");
    const store = await opened(fresh);
    await store.recordMessage(messageRow());
    expect(await server.query(fresh, "SELECT id FROM instamojo.messages")).toEqual([{ id: "m-1" }]);
    expect(await server.query(fresh, "SELECT id FROM public.messages")).toEqual([]);
    await server.query(fresh, "ALTER ROLE postgres RESET search_path");
  });

  it("are synced at every commit, whatever the server does otherwise", async () => {
    await server.query(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`);
    const database = await openPostgres(url);
    const found = await database.get("SELECT current_setting('synchronous_commit') AS sync");
    await database.close();
    expect(found).toEqual({ sync: "on" });
  });

  it("look callback tokens up by something that is not the token", async () => {
    const store = await opened();
    await store.openAccount({ name: "shop", environment: "test", clientId: "test_one" }, "a-token-of-32-bytes");
    expect(await server.query(url, "SELECT token FROM instamojo.accounts")).toEqual([
      { token: "ed11b4590236df94e7aff475f29164cafd8d2dbfeca0357b9306d37b6384d6d0" },
    ]);
  });
});

describe("a PostgreSQL database that cannot be had", () => {
  it.each([
    ["with a wrong password", (url: string) => url.replace("postgres:postgres@", "postgres:s3cret@"), "does not let"],
    ["that is not there", (url: string) => `${url}_nowhere`, "does not let"],
    ["on a closed port", (url: string) => url.replace(/:[0-9]+\//, ":1/"), "cannot be reached"],
    ["with an address that is none", () => "postgres://postgres:s3cret@[nowhere/x", "cannot be reached"],
  ])("%s is refused with store_unavailable, without a word of the password", async (_, address, words) => {
    const fault = await faultOf(() => openPostgresStore({ url: address(url) }));
    expect(fault).toMatchObject({ code: "store_unavailable", outcome: "not-applied" });
    expect(fault.message).toContain(words);
    expect(inspect(fault, { depth: 10, showHidden: true })).not.toContain("s3cret");
  });

  it("is tried again after a moment, and not at every call", async () => {
    let knocks = 0;
    const door = createServer((socket) => {
      knocks += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
    const { port } = door.address() as AddressInfo;
    const database = await openPostgres(`postgres://127.0.0.1:${port}/x`);
    const call = () => faultOf(() => database.get("SELECT 1"));
    for (let count = 0; count < 100; count += 1) expect((await call()).code).toBe("store_unavailable");
    const before = knocks;
    while (knocks === before) await call();
    await database.close();
    door.close();
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(20);
  });

  it("because the driver is not installed names it and how to install it", () => {
    const module = new URL("../../src/store/postgres/postgres-store.ts", import.meta.url).href;
    const program = `
      import { registerHooks } from "node:module";
      registerHooks({ resolve(name, context, next) {
        if (name === "pg") throw Object.assign(new Error("no pg"), { code: "ERR_MODULE_NOT_FOUND" });
        return next(name, context);
      } });
      const { openPostgresStore } = await import(${JSON.stringify(module)});
      const { code, message, remedy } = await openPostgresStore({ url: "postgres://127.0.0.1:1/x" }).catch((fault) => fault);
      console.log(JSON.stringify({ code, message, remedy }));`;
    const child = spawnSync(process.execPath, ["--no-warnings", "--input-type=module", "--eval", program], {
      encoding: "utf8",
    });
    expect(child.stderr).toBe("");
    expect(JSON.parse(child.stdout)).toEqual({
      code: "store_unavailable",
      message: "A ledger in PostgreSQL needs a package that is not installed: pg.",
      remedy: "Install it with: npm install pg",
    });
  });
});

describe("a fault of PostgreSQL", () => {
  it("holds nothing of the row that it is about", async () => {
    const { store } = await newLedger();
    await store.addRequest(requestRow());
    const again = requestRow({ tag: "b".repeat(32), key: "another" });
    const fault = await faultOf(() => store.addRequest(again));
    expect(fault.cause).toBeDefined();
    expect(inspect(fault, { depth: 10, showHidden: true })).not.toContain(requestRow().paymentRequestId);
  });

  it("that lost the answer does no harm to a decision that is recorded again", async () => {
    const { store } = await newLedger();
    await store.addRequest(requestRow());
    const { tag } = requestRow();
    const decision = { at: 1, by: "John", action: "accept", subject: "m-1", tag, reason: "seen" } as const;
    await store.recordDecision(decision);
    await store.recordDecision(decision);
    expect((await store.history(tag))?.decisions).toEqual([decision]);
  });
});

describe("messages that are recorded together", () => {
  it("share one statement, sorted, and those that come meanwhile share the next one", async () => {
    const database = await openPostgres(url);
    const sent: number[] = [];
    let underWay = 0;
    let mostUnderWay = 0;
    let areSorted = true;
    const counted = async <T>(work: () => Promise<T>): Promise<T> => {
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      return work().finally(() => {
        underWay -= 1;
      });
    };
    const spied = (statements: Statements): Statements => ({
      ...statements,
      all(sql, parameters = []) {
        const ids = parameters[0] as string[];
        sent.push(ids.length);
        areSorted &&= ids.every((id, index) => index === 0 || id > (ids[index - 1] as string));
        return statements.all(sql, parameters);
      },
    });
    const batches = createMessageBatches({
      ...database,
      all: (sql, parameters) => counted(() => spied(database).all(sql, parameters)),
      write: (work) => counted(() => database.write((statements, wake) => work(spied(statements), wake))),
    });
    const record = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => batches.record(messageRow({ id: `m-${from + index}` })));
    const first = record(0, 50);
    const second = batches.record(messageRow({ id: "m-0" }));
    await first[0];
    await Promise.all([...record(50, 2_050), second]);
    expect(sent).toEqual([50, 1_000, 1_000]);
    expect(mostUnderWay).toBe(1);
    expect(areSorted).toBe(true);
    await database.close();
  });

  it("do not fail for one of them that cannot be stored", async () => {
    const { store } = await newLedger();
    const answers = await Promise.allSettled([
      store.recordMessage(messageRow({ id: "m-1" })),
      store.recordMessage(messageRow({ id: "m-2", nextAt: Number.NaN })),
      store.recordMessage(messageRow({ id: "m-3", paymentId: "zero \0 and half \ud800" })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((await store.dueMessages(1_000, 10)).map(({ id }) => id)).toEqual(["m-1", "m-3"]);
  });
});

describe("a damaged row in PostgreSQL", () => {
  it.each(['\'{"id":"m-0\'', "'null'", "'7'", "''"])("that reads %s stops only itself", async (text) => {
    const store = await opened();
    for (let index = 0; index < 10; index += 1)
      await store.recordMessage(messageRow({ id: `m-${index}`, nextAt: index }));
    await server.query(url, `UPDATE instamojo.messages SET row = ${text} WHERE id IN ('m-0', 'm-1', 'm-2')`);
    const due = async (limit: number) => (await store.dueMessages(1_000, limit)).map(({ id }) => id);
    expect(await due(2)).toEqual(["m-3", "m-4"]);
    expect(await due(100)).toEqual(["m-3", "m-4", "m-5", "m-6", "m-7", "m-8", "m-9"]);
    expect(await store.damagedRows()).toEqual({ messages: 3 });
    expect((await faultOf(() => store.recordMessage(messageRow({ id: "m-0" })))).retryable).toBe(false);
  });

  it("is refused where it is asked for by name, and says what to do", async () => {
    const store = await opened();
    await store.addRequest(requestRow());
    await store.addRequest(requestRow({ tag: "b".repeat(32), key: "another", paymentRequestId: null }));
    await server.query(url, `UPDATE instamojo.requests SET row = '{' WHERE tag = '${requestRow().tag}'`);
    const fault = await faultOf(() => store.requestByTag(requestRow().tag));
    expect(fault).toMatchObject({ code: "store_unavailable", retryable: false });
    expect(fault.message).toBe("A row of the ledger is damaged.");
    expect((await store.requestByTag("b".repeat(32)))?.key).toBe("another");
  });

  it("of a taker does not keep the others from their events", async () => {
    const store = await opened();
    await store.saveTaker(takerRow({ id: "good" }));
    await store.saveTaker(takerRow({ id: "bad" }));
    await server.query(url, "UPDATE instamojo.takers SET row = '{' WHERE id = 'bad'");
    expect(await store.takers()).toEqual([takerRow({ id: "good" })]);
  });
});

describe("erasing in PostgreSQL", () => {
  it("leaves no deleted row behind, and says when a reader keeps it from that", async () => {
    const store = await opened();
    await store.addRequest(requestRow({ correlation: { name: "John Doe" } }));
    const reader = new pg.Client({ connectionString: url });
    reader.on("error", () => {});
    await reader.connect();
    await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    await reader.query("SELECT * FROM instamojo.personal");
    await store.erasePersonal([requestRow().tag]);
    expect(await store.scrub()).toBe(false);
    await reader.query("COMMIT");
    expect(await store.scrub()).toBe(true);
    await reader.end();
    // Nothing was in the table but what is erased, so a vacuum leaves no page of it.
    expect(await server.query(url, "SELECT pg_relation_size('instamojo.personal')::int AS bytes")).toEqual([
      { bytes: 0 },
    ]);
  });
});
